#include "xjob/adoption.hpp"

#include "xjob/central_policy.hpp"

namespace tricircle::xjob {

bool adopt_copy(Connection& db, const std::string& policy_id, const std::string& pod_id, const std::string& local_id,
                domain::Record attributes, std::vector<domain::CopyRule> rules, base::Micros now) {
  if (is_our_copy(db, local_id, pod_id) || find_copy(db, policy_id, pod_id)) return false;
  if (!want_copy(db, policy_id, pod_id, now)) return false;
  Copy copy = find_copy(db, policy_id, pod_id).value();
  copy.local_id = local_id;
  copy.attributes = std::move(attributes);
  copy.rules = std::move(rules);
  copy.ready = true;
  copy.intent = find_central_policy(db, policy_id).value().intent;
  copy.state = kInSync;
  save_copy(db, copy, now);
  db.execute("UPDATE copies SET adopted = TRUE WHERE policy_id = ? AND pod_id = ?", {policy_id, pod_id});
  engine::wake(db, copy_lane(pod_id, policy_id), now, engine::Wake::routine, engine::Priority::upkeep);
  return true;
}

std::string policy_of_copy(Connection& db, const std::string& pod_id, const std::string& local_id) {
  const auto found = db.execute(
      "SELECT c.policy_id FROM resource_routings r JOIN copies c ON c.policy_id = r.central_id AND c.pod_id = r.pod_id "
      "WHERE r.pod_id = ? AND r.resource_type = 'qos_policy' AND r.local_id = ? AND c.ready",
      {pod_id, local_id});
  return found.empty() ? std::string() : found.front().text("policy_id");
}

bool is_untouched(Connection& db, const std::string& type, const std::string& central_id, const std::string& pod_id) {
  const std::optional<Binding> binding = find_binding(db, type, central_id, pod_id);
  if (binding && !binding->policy_id.empty()) return false;
  return db
      .execute(
          "SELECT id FROM lanes WHERE pod_id = ? AND kind = ? AND object_id = ? AND (worker <> '' OR due_at IS NOT "
          "NULL OR uncertain_until <> 0)",
          {pod_id, type, central_id})
      .empty();
}

void confirm_binding(Connection& db, const Binding& binding, const std::string& backing, base::Micros now) {
  save_binding(db, binding, now);
  if (binding.type != kNetwork) return;
  db.execute("UPDATE bindings SET backing = ? WHERE resource_type = 'network' AND central_id = ? AND pod_id = ?",
             {backing, binding.central_id, binding.pod_id});
}

}  // namespace tricircle::xjob
