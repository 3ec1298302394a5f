// At rest: the centre is what was accepted, each pod is what the centre is, and nothing is left to do.
#include "model.hpp"

namespace tricircle::sim {

void Model::check_at_rest() {
  check_centre();
  for (PodServer* pod : pods) {
    check_copies(*pod);
    check_bindings(*pod);
    check_rows(*pod);
  }
  check_jobs();
  const std::int64_t lanes = number(
      "SELECT count(*) AS n FROM lanes WHERE kind <> 'audit' AND (worker <> '' OR due_at IS NOT NULL OR "
      "uncertain_until <> 0)",
      {});
  if (lanes != 0) violated(std::to_string(lanes) + " lanes are not at rest");
}

void Model::check_jobs() {
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute(
        "SELECT type, status, resource, parent, last_error, wanted FROM jobs WHERE status IN ('NEW', 'RUNNING') OR "
        "(status = 'FAIL' AND NOT parent) ORDER BY created_at");
    for (const storage::Row& row : found.rows()) {
      const std::string ended = row.text("status") == "FAIL" ? " although all is well and it was asked for again" : "";
      violated("a job is " + row.text("status") + ended + ": " + row.text("type") + " " + row.text("resource") + " \"" +
               row.text("last_error") + "\"");
    }
  });
}

void Model::check_centre() {
  for (const auto& [id, policy] : policies) {
    const std::int64_t there = number("SELECT count(*) AS n FROM qos_policies WHERE id = ?", {id});
    const std::int64_t named =
        number("SELECT count(*) AS n FROM qos_policies WHERE id = ? AND name = ?", {id, policy.name});
    if (there != (policy.exists ? 1 : 0) || named != there)
      violated("the centre does not have policy " + policy.name + " as it was accepted");
    const std::int64_t rules = number("SELECT count(*) AS n FROM qos_rules WHERE qos_policy_id = ?", {id});
    if (rules != static_cast<std::int64_t>(policy.exists ? policy.rules().size() : 0))
      violated("the centre has lost a rule of " + policy.name);
  }
  for (const auto& [id, object] : objects) {
    if (!object.exists) continue;
    const std::int64_t kept =
        number("SELECT count(*) AS n FROM " + object.type + "s WHERE id = ? AND coalesce(qos_policy_id, '') = ?",
               {id, object.wish()});
    if (kept != 1) violated("the centre has lost the association of " + object.type + " " + id);
  }
}

void Model::check_copies(PodServer& pod) {
  std::map<std::string, std::string> copies;  // local id -> central id
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute(
        "SELECT c.policy_id, r.local_id FROM copies c LEFT JOIN resource_routings r ON r.central_id = c.policy_id AND "
        "r.pod_id = c.pod_id AND r.resource_type = 'qos_policy' WHERE c.pod_id = ?",
        {pod.pod_id});
    for (const storage::Row& row : found.rows()) copies[row.text("local_id")] = row.text("policy_id");
  });
  for (const auto& [local, central] : copies) {
    const PodPolicy* copy = pod.find(local);
    const auto known = policies.find(central);
    if (known == policies.end()) {
      violated(pod.region + ": " + local + " is known as the copy of a policy that there is not");
      continue;
    }
    const CentralPolicyTruth& policy = known->second;
    if (!policy.exists) {
      violated(pod.region + ": the copy of " + policy.name + ", which is deleted, is still known");
    } else if (copy == nullptr) {
      violated(pod.region + ": there is no copy of " + policy.name);
    } else {
      Rules rules;
      for (const auto& [key, rule] : copy->rules) rules[key] = rule.values;
      if (rules != policy.rules())
        violated(pod.region + ": the rules of " + policy.name + " are " + sim::shown(rules) + ", not " +
                 sim::shown(policy.rules()));
      if (copy->name != policy.name) violated(pod.region + ": the copy of " + policy.name + " is called " + copy->name);
      if (!copy->tags.contains("tricircle:" + central) && !ever_doubtful_.contains(pod.region))
        violated(pod.region + ": " + local + " has no tag");
    }
  }
  for (const auto& [id, policy] : pod.policies) {
    if (policy.ours && !copies.contains(id))
      violated(pod.region + ": nobody knows our policy " + id + " " + policy.name);
  }
}

void Model::check_bindings(PodServer& pod) {
  for (const auto& [local, object] : pod.objects) {
    const auto central = central_of.find({pod.region, local});
    const PodPolicy* policy = pod.find(object.policy_id);
    const bool ours = policy != nullptr && policy->ours;
    const CentralObjectTruth* truth = central == central_of.end() ? nullptr : &objects.at(central->second);
    const std::string wish = truth != nullptr && truth->exists ? truth->wish() : std::string();
    if (wish.empty()) {
      if (ours) violated(pod.region + ": " + local + " still has our policy " + object.policy_id);
      continue;
    }
    const std::int64_t right = number(
        "SELECT count(*) AS n FROM resource_routings WHERE central_id = ? AND pod_id = ? AND resource_type = "
        "'qos_policy' AND local_id = ?",
        {wish, pod.pod_id, object.policy_id});
    if (right != 1)
      violated(pod.region + ": " + local + " has " + (object.policy_id.empty() ? "no policy" : object.policy_id) +
               " instead of " + policies.at(wish).name);
  }
}

// What people are shown is what there is: nothing behind, refused or changed by hand, and nothing of what is gone.
void Model::check_rows(PodServer& pod) {
  store_.look([&](storage::Connection& db) {
    const auto bindings = db.execute(
        "SELECT b.resource_type, b.central_id, b.policy_id, b.state, b.last_error, r.local_id FROM bindings b LEFT "
        "JOIN resource_routings r ON r.pod_id = b.pod_id AND r.resource_type = b.resource_type AND r.central_id = "
        "b.central_id LEFT JOIN networks n ON b.resource_type = 'network' AND n.id = b.central_id LEFT JOIN ports p ON "
        "b.resource_type = 'port' AND p.id = b.central_id WHERE b.pod_id = ? AND (r.local_id IS NULL OR b.policy_id "
        "<> coalesce(n.qos_policy_id, p.qos_policy_id, '') OR (b.policy_id <> '' AND b.intent <> coalesce(n.intent, "
        "p.intent)) OR NOT (b.state = 'in_sync' OR (b.policy_id = '' AND b.state = 'foreign')))",
        {pod.pod_id});
    for (const storage::Row& row : bindings.rows()) {
      violated(pod.region + ": the row of " + row.text("resource_type") + " " + row.text("central_id") +
               ", there called " + row.text("local_id") + ", tells of policy '" + row.text("policy_id") + "', " +
               row.text("state") + " \"" + row.text("last_error") + "\"");
    }
    const auto copies = db.execute(
        "SELECT c.policy_id, c.state, c.last_error FROM copies c JOIN qos_policies p ON p.id = c.policy_id "
        "WHERE c.pod_id = ? AND (NOT c.ready OR c.intent <> p.intent OR c.state <> 'in_sync' OR c.last_error <> '')",
        {pod.pod_id});
    for (const storage::Row& row : copies.rows()) {
      violated(pod.region + ": the row of the copy of " + row.text("policy_id") + " tells of " + row.text("state") +
               " \"" + row.text("last_error") + "\"");
    }
  });
  if (number("SELECT count(*) AS n FROM drifts WHERE pod_id = ? AND ended_at IS NULL", {pod.pod_id}) != 0)
    violated(pod.region + ": a drift is told of that is no more");
}

}  // namespace tricircle::sim
