#include "plan/plan.hpp"

#include "plan/rehearsal.hpp"
#include "plan/traps.hpp"
#include "xjob/copies.hpp"

#include <algorithm>

namespace tricircle::plan {
namespace {

using storage::Connection;

bool concerns(Connection& db, const Subjects& subjects, const std::string& pod) {
  const auto has_copy = [&](const std::string& id) { return xjob::find_copy(db, id, pod).has_value(); };
  const auto has_object = [&](const Object& object) {
    return xjob::local_id(db, object.first, object.second, pod).has_value();
  };
  return std::ranges::any_of(subjects.policies, has_copy) || std::ranges::any_of(subjects.objects, has_object);
}

// As the pods are before anything is played.
std::vector<PodPlan> pods_of(Connection& db, const Subjects& subjects) {
  const auto found = db.execute(
      "SELECT p.pod_id, p.region_name, p.leaving, x.since AS paused, coalesce(c.open, FALSE) AS open, c.last_error "
      "FROM pods p LEFT JOIN pauses x ON x.kind = 'pod' AND x.id = p.pod_id LEFT JOIN circuits c ON c.pod_id = "
      "p.pod_id "
      "ORDER BY p.region_name");
  std::vector<PodPlan> pods;
  for (const storage::Row& row : found.rows()) {
    if (!concerns(db, subjects, row.text("pod_id"))) continue;
    PodPlan pod;
    pod.pod_id = row.text("pod_id");
    pod.region_name = row.text("region_name");
    const bool silent = row.boolean("open");
    pod.state = row.boolean("leaving") ? "leaving" : !row.is_null("paused") ? "paused" : silent ? "silent" : "answers";
    if (silent) pod.why = row.text("last_error");
    pods.push_back(std::move(pod));
  }
  return pods;
}

void add_object(Connection& db, PodPlan& pod, const std::string& type, const std::string& id) {
  const bool there =
      std::ranges::any_of(pod.touched, [&](const Touched& one) { return one.type == type && one.central_id == id; });
  const std::optional<std::string> local = xjob::local_id(db, type, id, pod.pod_id);
  if (there || !local) return;
  const auto owner = db.execute("SELECT project_id FROM " + xjob::object_table(type) + " WHERE id = ?", {id});
  pod.touched.push_back({type, id, *local, owner.empty() ? "" : owner.front().text("project_id")});
}

void add_touched(Connection& db, const Subjects& subjects, PodPlan& pod) {
  for (const auto& [type, id] : subjects.objects) add_object(db, pod, type, id);
  for (const std::string& policy : subjects.policies) {
    const auto bearers = db.execute(
        "SELECT resource_type, central_id FROM bindings WHERE policy_id = ? AND pod_id = ? ORDER BY resource_type, "
        "central_id",
        {policy, pod.pod_id});
    for (const storage::Row& row : bearers.rows())
      add_object(db, pod, row.text("resource_type"), row.text("central_id"));
  }
}

// As the runs have recorded it.
void add_refusals(Connection& db, const Subjects& all, PodPlan& pod) {
  for (const std::string& policy : all.policies) {
    const std::optional<xjob::Copy> copy = xjob::find_copy(db, policy, pod.pod_id);
    if (copy && copy->state == xjob::kRefused) pod.refusals.push_back(copy->last_error);
  }
  for (const auto& [type, id] : all.objects) {
    const std::optional<xjob::Binding> binding = xjob::find_binding(db, type, id, pod.pod_id);
    if (binding && binding->state == xjob::kRefused)
      pod.refusals.push_back(type + " " + id + " does not get the policy: " + binding->last_error);
  }
}

// The edit's own, and the policies that its objects are to bear.
Subjects with_wishes(Connection& db, Subjects subjects) {
  for (const auto& [type, id] : subjects.objects) {
    const auto found = db.execute(
        "SELECT qos_policy_id FROM " + xjob::object_table(type) + " WHERE id = ? AND qos_policy_id IS NOT NULL", {id});
    for (const storage::Row& row : found.rows()) subjects.policies.insert(row.text("qos_policy_id"));
  }
  return subjects;
}

}  // namespace

Facts facts_of(Connection& db, const std::string& change_id) {
  Facts facts;
  facts.subjects = subjects_of(db, change_id);
  facts.rows = rows_around(db, surroundings_of(db, facts.subjects), change_id);
  return facts;
}

Plan make_plan(const Facts& facts, const xjob::Upkeep& upkeep, base::Micros now) {
  Plan plan;
  plan.fingerprint = fingerprint_of(facts.rows);
  ScratchStore store;
  store.take(facts.rows);
  plan.pods = pods_of(store.connection(), facts.subjects);
  Rehearsed played = rehearse(store, upkeep, now);
  store.read([&](Connection& db) {
    const Subjects meant = with_wishes(db, facts.subjects);
    for (PodPlan& pod : plan.pods) {
      pod.calls = std::move(played.calls[pod.pod_id]);
      add_touched(db, facts.subjects, pod);
      add_refusals(db, meant, pod);
      add_traps(db, meant, played.unknown[pod.pod_id], pod);
    }
  });
  return plan;
}

}  // namespace tricircle::plan
