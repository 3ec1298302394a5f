#include "xjob/resync_apply.hpp"

#include "storage/sql.hpp"
#include "xjob/binding_job.hpp"
#include "xjob/drift.hpp"

#include <set>

namespace tricircle::xjob {
namespace {

struct LaneNow {
  std::int64_t number = -1;
  bool held = false;
};

LaneNow lane_now(Connection& db, const engine::LaneKey& key) {
  const auto found = db.execute("SELECT number, worker FROM lanes WHERE pod_id = ? AND kind = ? AND object_id = ?",
                                {key.pod_id, key.kind, key.object_id});
  if (found.empty()) return {};
  return {found.front().integer("number"), !found.front().text("worker").empty()};
}

bool centre_has_policy(Connection& db, const std::string& id) {
  return !db.execute("SELECT id FROM qos_policies WHERE id = ?", {id}).empty();
}

// Of a policy that the centre has not: want_copy() would refuse.
void insert_copy(Connection& db, const ResyncItem& item, base::Micros now) {
  const std::string& policy = item.lane.object_id;
  storage::insert_if_absent(db, "copies",
                            {{"policy_id", policy},
                             {"pod_id", item.lane.pod_id},
                             {"project_id", item.project_id},
                             {"attributes", "{}"},
                             {"rules", "[]"},
                             {"state", kPending},
                             {"last_error", ""},
                             {"since", now}});
  storage::insert_if_absent(db, "resource_routings",
                            {{"central_id", policy},
                             {"pod_id", item.lane.pod_id},
                             {"project_id", item.project_id},
                             {"resource_type", kPolicyType},
                             {"created_at", now},
                             {"updated_at", now}});
}

// The next run reads what the pod has of it, and goes on from there.
void learn_copy(Connection& db, const ResyncItem& item, const char* state, base::Micros now) {
  Copy copy = find_copy(db, item.lane.object_id, item.lane.pod_id).value();
  copy.local_id = item.local_id;
  copy.tagged = item.tagged;
  copy.attributes.clear();
  copy.rules.clear();
  copy.ready = false;
  copy.intent = 0;
  copy.state = state;
  copy.last_error = item.found;
  save_copy(db, copy, now);
}

void adopt_copy(Connection& db, const ResyncItem& item, base::Micros now) {
  if (!want_copy(db, item.lane.object_id, item.lane.pod_id, now)) return;
  learn_copy(db, item, kDrifted, now);
}

void expect_removal(Connection& db, const ResyncItem& item, base::Micros now) {
  insert_copy(db, item, now);
  learn_copy(db, item, kPending, now);
}

// Who inserts the row writes the `met` of what it hangs on, as those do who decide from both.
void learn_binding(Connection& db, const ResyncItem& item, base::Micros now) {
  const engine::LaneKey& lane = item.lane;
  db.execute("UPDATE " + object_table(lane.kind) + " SET met = met + 1 WHERE id = ?", {lane.object_id});
  if (!item.policy_id.empty()) db.execute("UPDATE qos_policies SET met = met + 1 WHERE id = ?", {item.policy_id});
  Binding binding = find_binding(db, lane.kind, lane.object_id, lane.pod_id)
                        .value_or(Binding{lane.kind, lane.object_id, lane.pod_id, item.project_id, "", 0, "", ""});
  // What it had, as our rows told, may wait for it to let go.
  if (binding.policy_id != item.policy_id) wake_copy_let_go(db, binding.policy_id, lane.pod_id, now);
  binding.policy_id = item.policy_id;
  binding.state = kDrifted;
  binding.last_error = item.found;
  save_binding(db, binding, now);
}

void keep_drift(Connection& db, const ResyncItem& item, base::Micros now) {
  note_drift(db, {item.lane, item.local_id, item.policy_id, item.project_id, item.found, "found by a resync", kEnforce},
             now);
}

// Nobody has been at work on its object since the plan's rows were read.
bool still_so(Connection& db, const ResyncItem& item) {
  if (item.action == kHeld) return true;
  const LaneNow lane = lane_now(db, item.lane);
  if (lane.held) return false;
  const bool known = is_our_copy(db, item.local_id, item.lane.pod_id);
  if (item.action == kDelete) return !known && !centre_has_policy(db, item.lane.object_id);
  if (item.lane.kind == kPolicyLane && item.action == kAdopt && known) return false;
  return lane.number == item.lane_number;
}

bool is_second_copy(const ResyncItem& item) {
  return item.action == kDelete && item.lane.kind == kPolicyLane && !item.policy_id.empty();
}

bool has_first_copy(Connection& db, const ResyncItem& item) {
  return !local_id(db, kPolicyType, item.policy_id, item.lane.pod_id).value_or("").empty();
}

}  // namespace

void leave_to_others(Connection& db, ResyncPlan& plan) {
  const std::size_t planned = plan.items.size();
  std::erase_if(plan.items, [&](const ResyncItem& item) { return !still_so(db, item); });
  std::set<std::string> to_adopt;
  for (const ResyncItem& item : plan.items) {
    if (item.action == kAdopt && item.lane.kind == kPolicyLane) to_adopt.insert(item.lane.object_id);
  }
  std::erase_if(plan.items, [&](const ResyncItem& item) {
    return is_second_copy(item) && !to_adopt.contains(item.policy_id) && !has_first_copy(db, item);
  });
  plan.under_way += static_cast<std::int64_t>(planned - plan.items.size());
}

void apply_item(Connection& db, const ResyncItem& item, base::Micros now) {
  if (item.action == kHeld || !still_so(db, item)) return;
  if (is_second_copy(item) && !has_first_copy(db, item)) return;
  if (item.action == kDelete) {
    expect_removal(db, item, now);
  } else if (item.lane.kind != kPolicyLane) {
    learn_binding(db, item, now);
    if (item.action != kAdopt) keep_drift(db, item, now);
  } else if (item.action == kAdopt) {
    adopt_copy(db, item, now);
  } else {
    keep_drift(db, item, now);
  }
  engine::wake(db, item.lane, now, engine::Wake::fresh_wish);
}

}  // namespace tricircle::xjob
