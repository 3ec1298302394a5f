#include "xjob/resync_plan.hpp"

#include "xjob/binding_job.hpp"
#include "xjob/drift.hpp"

#include <algorithm>

namespace tricircle::xjob {
namespace {

class Planner {
 public:
  Planner(const Scan& scan, const PodRows& rows) : scan_(scan), rows_(rows) {
    for (const SeenPolicy& policy : scan.policies) seen_[policy.id] = &policy;
  }

  // Copies come first: what bears one counts on its row.
  ResyncPlan plan() {
    for (const auto& [id, known] : rows_.copies) note_recorded(known);
    for (const SeenPolicy& seen : scan_.policies) {
      if (!keys_.contains(seen.id)) place(seen);
    }
    for (const auto& [id, known] : rows_.copies) compare(known);
    for (const SeenObject& seen : scan_.objects) compare(seen);
    return std::move(plan_);
  }

 private:
  void note_recorded(const KnownCopy& known) {
    if (known.copy.local_id.empty()) return;
    keys_[known.copy.local_id] = known.copy.policy_id;
    copy_of_[known.copy.policy_id] = known.copy.local_id;
  }

  // One of ours that no row of ours knows.
  void place(const SeenPolicy& policy) {
    const std::string& central = policy.central_id;
    const auto row = rows_.copies.find(central);
    if (row != rows_.copies.end() && row->second.busy) {
      keys_[policy.id] = central;
      ++plan_.under_way;
      return;
    }
    const bool has_policy = rows_.policies.contains(central);
    const auto recorded = copy_of_.find(central);
    const bool free = recorded == copy_of_.end() || scan_.gone.contains(recorded->second);
    if (has_policy && free) return adopt(policy, row);
    // A row of its own, under the name that is free: what belongs to no policy of the centre is removed by its run.
    const bool takes_central = !has_policy && recorded == copy_of_.end();
    const std::string key = takes_central ? central : policy.id;
    if (takes_central) copy_of_[key] = policy.id;
    keys_[policy.id] = key;
    going_.insert(policy.id);
    add(kDelete, copy_lane(rows_.pod_id, key), -1, policy,
        has_policy ? "one copy too many of policy " + central : "the centre has no policy " + central);
    if (has_policy) plan_.items.back().policy_id = central;
  }

  void adopt(const SeenPolicy& policy, std::map<std::string, KnownCopy>::const_iterator row) {
    const std::string& central = policy.central_id;
    const bool known = row != rows_.copies.end();
    const bool anew = known && !row->second.copy.local_id.empty();
    if (anew) keys_.erase(row->second.copy.local_id);
    keys_[policy.id] = central;
    copy_of_[central] = policy.id;
    adopted_.insert(central);
    add(kAdopt, copy_lane(rows_.pod_id, central), known ? row->second.lane_number : -1, policy,
        anew ? "it stands for " + row->second.copy.local_id + ", which is gone" : "the centre did not know of it");
  }

  void add(const char* action, engine::LaneKey lane, std::int64_t number, const SeenPolicy& policy, std::string found) {
    constexpr std::size_t kLongestProject = 255;
    const auto* project = policy.shown.if_contains("project_id");
    plan_.items.push_back({action, std::move(lane), number, policy.id, "",
                           project != nullptr && project->is_string()
                               ? std::string(project->get_string()).substr(0, kLongestProject)
                               : "",
                           std::move(found), policy.tagged});
  }

  // A copy of our rows against what the pod shows of it.
  void compare(const KnownCopy& known) {
    const Copy& copy = known.copy;
    if (copy.local_id.empty() || adopted_.contains(copy.policy_id)) return;
    if (known.busy) {
      ++plan_.under_way;
      return;
    }
    if (!known.has_policy) return;  // it is being removed
    const auto there = seen_.find(copy.local_id);
    std::string found;
    if (there != seen_.end()) {
      found = drift_of(copy, there->second->shown);
    } else if (scan_.gone.contains(copy.local_id)) {
      found = not_there(kPolicyLane);
    }
    if (found.empty()) return;
    plan_.items.push_back({kRepair, copy_lane(rows_.pod_id, copy.policy_id), known.lane_number, copy.local_id,
                           copy.policy_id, copy.project_id, std::move(found), copy.tagged});
  }

  void compare(const SeenObject& object) {
    const auto key = keys_.find(object.policy_id);
    const std::string bears = key == keys_.end() ? std::string() : key->second;
    const auto known = rows_.objects.find({object.type, object.id});
    if (known == rows_.objects.end()) {
      // Somebody of the pod's own may use a copy of ours. One that goes has to wait for them.
      if (going_.contains(object.policy_id)) {
        plan_.items.push_back({kHeld,
                               {rows_.pod_id, object.type, ""},
                               -1,
                               object.id,
                               bears,
                               "",
                               "it bears " + object.policy_id + ", and the centre does not know it",
                               false});
      }
      return;
    }
    const KnownObject& mine = known->second;
    // Where our rows tell the truth it is right or on its way, unless the pod had refused it.
    if (mine.bears == bears && (mine.wish == bears || !mine.resting)) return;
    if (mine.busy) {
      ++plan_.under_way;
      return;
    }
    const char* action = kRebind;
    if (mine.wish == bears) action = kAdopt;
    if (mine.wish.empty() && !bears.empty()) action = kUnbind;
    std::string wanted = mine.wish.empty() ? "" : " instead of the copy of policy " + mine.wish;
    if (mine.bears == bears && !mine.last_error.empty()) wanted += ": " + mine.last_error;
    plan_.items.push_back({action, binding_lane(rows_.pod_id, mine.type, mine.central_id), mine.lane_number, object.id,
                           bears, mine.project_id,
                           "it has " + (object.policy_id.empty() ? "no policy" : "policy " + object.policy_id) +
                               (action == kRebind ? wanted : ""),
                           false});
  }

  const Scan& scan_;
  const PodRows& rows_;
  ResyncPlan plan_;
  std::map<std::string, const SeenPolicy*> seen_;  // by local id
  std::map<std::string, std::string> keys_;        // local id of a copy -> policy id of its row, also of one to come
  std::map<std::string, std::string> copy_of_;     // and back
  std::set<std::string> adopted_;
  std::set<std::string> going_;  // local ids of copies to delete
};

void read_objects(Connection& db, const std::string& type, PodRows& rows) {
  const auto found = db.execute(
      "SELECT r.central_id, r.local_id, r.project_id, coalesce(o.qos_policy_id, '') AS wish, coalesce(b.policy_id, '') "
      "AS bears, coalesce(b.last_error, '') AS last_error, coalesce(l.number, -1) AS number, coalesce(l.worker, '') AS "
      "worker, l.due_at FROM resource_routings r LEFT "
      "JOIN " +
          object_table(type) +
          " o ON o.id = r.central_id LEFT JOIN bindings b ON b.resource_type = r.resource_type AND b.central_id = "
          "r.central_id AND b.pod_id = r.pod_id LEFT JOIN lanes l ON l.pod_id = r.pod_id AND l.kind = r.resource_type "
          "AND l.object_id = r.central_id WHERE r.pod_id = ? AND r.resource_type = ? AND r.local_id IS NOT NULL",
      {rows.pod_id, type});
  for (const storage::Row& row : found.rows()) {
    const bool busy = !row.text("worker").empty();
    rows.objects[{type, row.text("local_id")}] = {type,
                                                  row.text("central_id"),
                                                  row.text("project_id"),
                                                  row.text("wish"),
                                                  row.text("bears"),
                                                  row.text("last_error"),
                                                  busy,
                                                  !busy && !row.optional_integer("due_at"),
                                                  row.integer("number")};
  }
}

}  // namespace

PodRows read_pod_rows(Connection& db, const std::string& pod_id) {
  PodRows rows;
  rows.pod_id = pod_id;
  const auto policies = db.execute("SELECT id FROM qos_policies");
  for (const storage::Row& row : policies.rows()) rows.policies.insert(row.text("id"));
  const auto copies = db.execute(
      "SELECT c.policy_id, coalesce(l.number, -1) AS number, coalesce(l.worker, '') AS worker FROM copies c LEFT JOIN "
      "lanes l ON l.pod_id = c.pod_id AND l.kind = 'policy' AND l.object_id = c.policy_id WHERE c.pod_id = ?",
      {pod_id});
  for (const storage::Row& row : copies.rows()) {
    const std::string id = row.text("policy_id");
    rows.copies[id] = {find_copy(db, id, pod_id).value(), rows.policies.contains(id), !row.text("worker").empty(),
                       row.integer("number")};
  }
  for (const char* type : {kNetwork, kPort}) read_objects(db, type, rows);
  return rows;
}

std::set<std::string> recorded_copies(const PodRows& rows) {
  std::set<std::string> ids;
  for (const auto& [policy, known] : rows.copies) {
    if (!known.copy.local_id.empty()) ids.insert(known.copy.local_id);
  }
  return ids;
}

std::int64_t ResyncPlan::deletions() const {
  return std::ranges::count_if(items,
                               [](const ResyncItem& item) { return item.action == kDelete || item.action == kUnbind; });
}

ResyncPlan plan_resync(const Scan& scan, const PodRows& rows) {
  Planner planner(scan, rows);
  return planner.plan();
}

}  // namespace tricircle::xjob
