#include "model.hpp"

#include <algorithm>
#include <optional>

#include <boost/json/serialize.hpp>

namespace tricircle::sim {
namespace {

namespace json = boost::json;

// Greater = laxer. Of a mark there is no more or less: it is one of those that were wished for.
std::optional<double> laxness(const RuleKey& key, const RuleValues& values) {
  if (key.first == "bandwidth_limit") return values.at("max_kbps").to_number<double>();
  if (key.first == "minimum_bandwidth") return -values.at("min_kbps").to_number<double>();
  return std::nullopt;
}

bool no_laxer(const RuleKey& key, const RuleValues& present, const std::vector<RuleValues>& allowed) {
  const auto lax = laxness(key, present);
  return std::ranges::any_of(allowed,
                             [&](const RuleValues& one) { return lax ? *lax <= *laxness(key, one) : one == present; });
}

Rules rules_of(const PodPolicy& policy) {
  Rules rules;
  for (const auto& [key, rule] : policy.rules) rules[key] = rule.values;
  return rules;
}

}  // namespace

std::string shown(const Rules& rules) {
  std::string text;
  for (const auto& [key, values] : rules)
    text += (text.empty() ? "" : ", ") + key.first + " " + key.second + " " + json::serialize(values);
  return "{" + text + "}";
}

void Model::violated(const std::string& what) {
  world_.tell("VIOLATED: " + what);
  violations.push_back(what);
}

void Model::rules_are(const std::string& policy, Rules rules) {
  look_everywhere();
  policies.at(policy).versions.emplace_back(world_.now(), std::move(rules));
}

void Model::wish_is(const std::string& object, const std::string& policy) {
  look_everywhere();
  objects.at(object).wishes.emplace_back(world_.now(), policy);
}

// Pods let go before the centre says so.
void Model::release_begins(const std::string& object) {
  look_everywhere();
  CentralObjectTruth& truth = objects.at(object);
  ++truth.releases;
  const std::string wish = truth.wish();
  truth.wishes.emplace_back(world_.now(), "");
  truth.wishes.emplace_back(world_.now(), wish);
}

void Model::release_ends(const std::string& object, bool done) {
  look_everywhere();
  CentralObjectTruth& truth = objects.at(object);
  if (truth.releases == 0) return;
  --truth.releases;
  const std::string wish = done ? "" : truth.wish();
  // A pod that has let go gets it back later: until it is right again, none was wished for too.
  truth.wishes.emplace_back(world_.now(), "");
  truth.wishes.emplace_back(world_.now(), wish);
}

void Model::all_releases_end() {
  for (auto& [id, object] : objects) {
    while (object.releases > 0) release_ends(id, false);
  }
}

void Model::restored(std::map<std::string, CentralPolicyTruth> policies_then,
                     std::map<std::string, CentralObjectTruth> objects_then) {
  policies = std::move(policies_then);
  objects = std::move(objects_then);
  for (auto& [id, object] : objects) object.releases = 0;
  right_at_.clear();
  for (const PodServer* pod : pods) edited_by_hand(pod->region);
}

Model::Window Model::window(const PodServer& pod, const std::string& local_id) const {
  const auto since = right_at_.find({pod.region, local_id});
  const auto central = central_of.find({pod.region, local_id});
  if (since == right_at_.end() || central == central_of.end() || doubts(pod.region)) return {};
  const CentralObjectTruth& object = objects.at(central->second);
  if (!object.exists) return {};
  Window window{true, {}, since->second};
  for (std::size_t i = 0; i < object.wishes.size(); ++i) {
    const bool over = i + 1 < object.wishes.size() && object.wishes[i + 1].first < window.since;
    if (!over) window.policies.insert(object.wishes[i].second);
  }
  if (object.releases > 0) window.policies.insert("");
  return window;
}

bool Model::right_now(const PodServer& pod, const std::string& local_id) const {
  const auto central = central_of.find({pod.region, local_id});
  const auto local = pod.objects.find(local_id);
  if (central == central_of.end() || local == pod.objects.end()) return false;
  const CentralObjectTruth& object = objects.at(central->second);
  if (!object.exists || object.releases > 0) return false;
  const auto there = pod.policies.find(local->second.policy_id);
  if (object.wish().empty()) return there == pod.policies.end() || !there->second.ours;
  if (there == pod.policies.end() || there->second.central != object.wish()) return false;
  return rules_of(there->second) == policies.at(object.wish()).rules();
}

// Right, and nobody is on the way to change it.
void Model::look_whether_right(const PodServer& pod) {
  if (network_.oldest_under_way(pod.region, world_.now() + 1) <= world_.now()) return;
  if (somebody_runs(pod)) return;
  bool all = true;
  for (const auto& [id, object] : pod.objects) {
    if (right_now(pod, id)) {
      right_at_[{pod.region, id}] = world_.now();
    } else {
      all = all && !central_of.contains({pod.region, id});
    }
  }
  if (!all || !doubts(pod.region) || network_.spoils(pod.region) || edited_.contains(pod.region)) return;
  // A copy that lacks a refused rule may be one that nothing bears yet; and its run may be to come again before it is
  // judged by its rules.
  if (number("SELECT count(*) AS n FROM copies WHERE pod_id = ? AND (state = 'refused' OR rules LIKE "
             "'%\"refused\":true%')",
             {pod.pod_id}) == 0)
    doubtful_.erase(pod.region);
}

bool Model::somebody_runs(const PodServer& pod) {
  if (looked_at_commit_ != world_.committed) {
    looked_at_commit_ = world_.committed;
    running_.clear();
    store_.look([&](storage::Connection& db) {
      const auto held = db.execute("SELECT DISTINCT pod_id FROM lanes WHERE worker > ''");
      for (const storage::Row& lane : held.rows()) running_.insert(lane.text("pod_id"));
    });
  }
  return running_.contains(pod.pod_id);
}

void Model::look_everywhere() {
  for (const PodServer* pod : pods) look_whether_right(*pod);
}

void Model::about_to_delete_policy(PodServer&, const PodPolicy& policy) {
  const auto central = policies.find(policy.central);
  if (central != policies.end() && central->second.exists) ++removed;
}

// What is bound there while the removal is at work makes the pod refuse it, and harms nobody: no transaction is open
// while a call is, so a bind may be recorded between the look at the bindings and the call. What was recorded before
// the lane was claimed the run has seen.
void Model::told_to_delete_policy(PodServer& pod, const PodPolicy& policy) {
  if (doubts(pod.region)) return;
  store_.look([&](storage::Connection& db) {
    const auto bound = db.execute(
        "SELECT b.resource_type, b.central_id, l.claimed_at FROM bindings b JOIN resource_routings r ON r.central_id = "
        "b.policy_id AND r.pod_id = b.pod_id AND r.resource_type = 'qos_policy' LEFT JOIN lanes l ON l.pod_id = "
        "b.pod_id AND l.kind = 'policy' AND l.object_id = b.policy_id WHERE r.local_id = ? AND r.pod_id = ?",
        {policy.id, pod.pod_id});
    for (const storage::Row& row : bound.rows()) {
      const Micros since = store_.bound_since(row.text("resource_type"), row.text("central_id"), pod.pod_id);
      if (row.is_null("claimed_at") || since <= row.integer("claimed_at"))
        violated(pod.region + " is told to delete " + policy.id + ", which we have bound there");
    }
  });
}

void Model::about_to_bind(PodServer& pod, const std::string& object_id, const std::string& policy_id) {
  const PodObject& object = pod.objects.at(object_id);
  const PodPolicy* before = pod.find(object.policy_id);
  if (!policy_id.empty() || before == nullptr) return;
  if (!before->ours) return violated(pod.region + ": somebody else's policy is taken off " + object_id);
  const Window wished = window(pod, object_id);
  if (wished.counts && !wished.policies.contains(""))
    violated(pod.region + ": the policy is taken off " + object_id + ", which was always to have one");
}

void Model::touched(PodServer& pod, const PodPolicy& policy, const std::string& what) {
  if (!policy.ours) violated(pod.region + ": " + what + " of somebody else's policy " + policy.id);
}

void Model::written(PodServer& pod, const std::string& what) {
  world_.tell(pod.region + ": " + what);
  for (const auto& [id, object] : pod.objects) check_protection(pod, id, object, what);
  look_whether_right(pod);
}

// Every rule that all wishes since the pod was last right have in common is there, no laxer than the laxest of them.
void Model::check_protection(PodServer& pod, const std::string& local_id, const PodObject& object,
                             const std::string& what) {
  const Window wished = window(pod, local_id);
  if (!wished.counts || wished.policies.contains("")) return;
  std::map<RuleKey, std::vector<RuleValues>> allowed;
  std::size_t versions = 0;
  for (const std::string& id : wished.policies) {
    const auto& history = policies.at(id).versions;
    for (std::size_t i = 0; i < history.size(); ++i) {
      if (i + 1 < history.size() && history[i + 1].first < wished.since) continue;
      ++versions;
      for (const auto& [key, values] : history[i].second) allowed[key].push_back(values);
    }
  }
  const PodPolicy* policy = pod.find(object.policy_id);
  for (const auto& [key, values] : allowed) {
    if (values.size() < versions) continue;
    const std::string where = pod.region + ": " + local_id + " ";
    if (policy == nullptr || !policy->rules.contains(key)) {
      violated(where + "is without its " + key.first + " " + key.second + " after " + what);
    } else if (!no_laxer(key, policy->rules.at(key).values, values)) {
      violated(where + "has a laxer " + key.first + " " + key.second + " than it ever was to have, after " + what);
    }
  }
}

std::string Model::central_wish(const std::string& object) {
  std::string wish;
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute("SELECT qos_policy_id FROM " + objects.at(object).type + "s WHERE id = ?", {object});
    if (!found.empty()) wish = found.front().text("qos_policy_id");
  });
  return wish;
}

std::int64_t Model::number(const std::string& query, const std::vector<storage::Value>& values) {
  std::int64_t found = 0;
  store_.look([&](storage::Connection& db) { found = db.execute(query, values).front().integer("n"); });
  return found;
}

}  // namespace tricircle::sim
