#include "xjob/intents.hpp"

#include "base/error.hpp"
#include "engine/job.hpp"
#include "storage/sql.hpp"
#include "xjob/copies.hpp"
#include "xjob/job_types.hpp"
#include "xjob/liveness.hpp"
#include "xjob/placements.hpp"

#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;

struct Owner {
  std::string project_id;
  std::string policy_id;
  std::int64_t intent = 0;
};

// The row on which a change of association meets a routing that comes or goes: written first, then read.
std::optional<Owner> meet_object(Connection& db, const std::string& type, const std::string& id,
                                 const std::string& what) {
  const std::string table = object_table(type);
  if (db.execute("UPDATE " + table + " SET " + what + " = " + what + " + 1 WHERE id = ?", {id}).affected() == 0)
    return std::nullopt;
  const auto found = db.execute("SELECT project_id, qos_policy_id, intent FROM " + table + " WHERE id = ?", {id});
  const storage::Row& row = found.front();
  return Owner{row.text("project_id"), row.text("qos_policy_id"), row.integer("intent")};
}

bool has_copies(Connection& db, const std::string& policy_id) {
  return !db.execute("SELECT policy_id FROM copies WHERE policy_id = ? LIMIT 1", {policy_id}).empty();
}

void policy_job(Connection& db, const char* type, const std::string& policy_id, const std::string& project_id,
                std::int64_t wanted, const engine::Cause& cause) {
  if (!has_copies(db, policy_id)) return;
  json::object resource{{"policy_id", policy_id}};
  if (std::string_view(type) != kSyncRules) resource["pod_id"] = kAllPods;
  engine::add_parent(db, type, project_id, resource, wanted, cause);
}

std::int64_t bump_policy(Connection& db, const std::string& policy_id) {
  db.execute("UPDATE qos_policies SET intent = intent + 1 WHERE id = ?", {policy_id});
  const auto found = db.execute("SELECT intent FROM qos_policies WHERE id = ?", {policy_id});
  return found.empty() ? 0 : found.front().integer("intent");
}

// Pods that know the object; two are enough to tell one from several.
std::vector<std::string> some_pods(Connection& db, const std::string& type, const std::string& id) {
  const auto found = db.execute(
      "SELECT pod_id FROM resource_routings WHERE central_id = ? AND resource_type = ? ORDER BY pod_id LIMIT 2",
      {id, type});
  std::vector<std::string> pods;
  for (const storage::Row& row : found.rows()) pods.push_back(row.text("pod_id"));
  return pods;
}

// The one job of a change to an object: straight into its lane when it lives in one pod, a parent when in several.
void object_job(Connection& db, const char* job_type, const std::string& type, const std::string& id,
                const Owner& owner, const engine::Cause& cause) {
  const std::vector<std::string> pods = some_pods(db, type, id);
  if (pods.empty()) return;
  json::object resource = object_job_resource(job_type, type, id, owner.policy_id);
  if (pods.size() > 1) {
    resource["pod_id"] = kAllPods;
    engine::add_parent(db, job_type, owner.project_id, resource, owner.intent, cause);
    return;
  }
  resource["pod_id"] = pods.front();
  // One that comes to its end expects none: a run must be able to tell it from one that was to come.
  if (owner.intent != engine::kGone) expect_binding(db, type, id, pods.front(), owner.project_id, cause.at);
  engine::add_job(db,
                  {job_type, owner.project_id, resource, binding_lane(pods.front(), type, id), owner.intent, "",
                   priority_in(live_pods(db, type, id), pods.front())},
                  cause);
}

// Or on its way there: a pod that had let go before may have a job that waits for a copy, and a copy that nobody wishes
// any more is never made. A refusal or a drift that the row tells of goes with the wish.
bool bound_somewhere(Connection& db, const std::string& type, const std::string& id) {
  return !db.execute(
                "SELECT pod_id FROM bindings WHERE resource_type = ? AND central_id = ? AND (policy_id <> '' OR "
                "state NOT IN ('in_sync', 'foreign')) UNION ALL "
                "SELECT r.pod_id FROM resource_routings r JOIN lanes l ON l.pod_id = r.pod_id AND l.kind = "
                "r.resource_type AND l.object_id = r.central_id JOIN jobs j ON j.lane_id = l.id AND j.finished_at IS "
                "NULL WHERE r.resource_type = ? AND r.central_id = ? LIMIT 1",
                {type, id, type, id})
              .empty();
}

}  // namespace

void policy_changed(Connection& db, const std::string& policy_id, const std::string& project_id,
                    const engine::Cause& cause) {
  policy_job(db, kUpdatePolicy, policy_id, project_id, bump_policy(db, policy_id), cause);
}

void policy_deleted(Connection& db, const std::string& policy_id, const std::string& project_id,
                    const engine::Cause& cause) {
  policy_job(db, kDeletePolicy, policy_id, project_id, engine::kGone, cause);
}

void rules_changed(Connection& db, const std::string& policy_id, const std::string& project_id,
                   const engine::Cause& cause) {
  policy_job(db, kSyncRules, policy_id, project_id, bump_policy(db, policy_id), cause);
}

void association_changed(Connection& db, const std::string& type, const std::string& id, const std::string& policy_id,
                         const std::string& project_id, const engine::Cause& cause) {
  std::optional<Owner> owner = meet_object(db, type, id, "intent");
  if (!owner) return;
  owner->project_id = project_id;
  if (!policy_id.empty()) {
    object_job(db, kCreatePolicy, type, id, *owner, cause);
  } else if (bound_somewhere(db, type, id)) {
    object_job(db, type == kNetwork ? kUpdateNetwork : kUpdatePort, type, id, *owner, cause);
  }
}

void object_deleted(Connection& db, const std::string& type, const std::string& id, const std::string& project_id,
                    const engine::Cause& cause) {
  object_job(db, type == kNetwork ? kUpdateNetwork : kDeletePort, type, id, Owner{project_id, "", engine::kGone},
             cause);
}

bool add_routing(Connection& db, const std::string& type, const std::string& central_id, const std::string& id_there,
                 const std::string& pod_id, base::Micros now) {
  if (local_id(db, type, central_id, pod_id)) return false;
  const std::optional<Owner> owner = meet_object(db, type, central_id, "met");
  if (!owner) {
    throw base::Error(base::ErrorKind::not_found, type == kNetwork ? "NetworkNotFound" : "PortNotFound",
                      "The central " + type + " " + central_id + " could not be found.");
  }
  const storage::Value local = id_there.empty() ? storage::Value{} : storage::Value{id_there};
  if (!storage::insert_if_absent(db, "resource_routings",
                                 {{"central_id", central_id},
                                  {"local_id", local},
                                  {"pod_id", pod_id},
                                  {"project_id", owner->project_id},
                                  {"resource_type", type},
                                  {"created_at", now},
                                  {"updated_at", now}})) {
    return false;
  }
  if (owner->policy_id.empty()) return true;
  json::object resource = object_job_resource(kCreatePolicy, type, central_id, owner->policy_id);
  resource["pod_id"] = pod_id;
  expect_binding(db, type, central_id, pod_id, owner->project_id, now);
  // Something boots there.
  engine::add_job(db,
                  {kCreatePolicy, owner->project_id, resource, binding_lane(pod_id, type, central_id), owner->intent,
                   "", engine::Priority::live},
                  now);
  return true;
}

void remove_routing(Connection& db, const std::string& type, const std::string& central_id, const std::string& pod_id) {
  meet_object(db, type, central_id, "met");
  const std::optional<Binding> binding = find_binding(db, type, central_id, pod_id);
  delete_routing(db, type, central_id, pod_id);
  remove_binding(db, type, central_id, pod_id);
  forget_placement(db, type, central_id, pod_id);
  const engine::LaneKey lane = binding_lane(pod_id, type, central_id);
  engine::forget(db, lane);
  // What is open there, and what a run that is at work will record, is ended by one that finds no routing.
  if (engine::lane_id(db, lane) != engine::kNoLane) engine::wake(db, lane, 0, engine::Wake::fresh_wish);
  // A deleted policy's copy may have waited for this very binding.
  if (binding && !binding->policy_id.empty())
    engine::wake(db, copy_lane(pod_id, binding->policy_id), 0, engine::Wake::fresh_wish);
}

}  // namespace tricircle::xjob
