#include "xjob/audited.hpp"

namespace tricircle::xjob {
namespace {

// A lane at rest; where it is not, whoever works there brings the object right or reads it anyway.
std::string at_rest(const std::string& kind, const std::string& id) {
  return " LEFT JOIN lanes l ON l.pod_id = r.pod_id AND l.kind = '" + kind + "' AND l.object_id = " + id;
}
constexpr char kAtRest[] =
    " AND (l.id IS NULL OR (l.worker = '' AND l.due_at IS NULL AND l.uncertain_until = 0)) AND r.local_id IS NOT NULL";

std::string query(const std::string& kind, const std::string& which) {
  const std::string last = " ORDER BY r.central_id LIMIT ?";
  if (kind == kPolicyLane) {
    return "SELECT r.central_id, r.local_id, c.policy_id, '' AS expected, c.project_id, c.state, '' AS last_error, "
           "p.on_drift, "
           "coalesce(l.number, -1) AS number FROM copies c JOIN qos_policies p ON p.id = c.policy_id AND p.intent = "
           "c.intent JOIN resource_routings r ON r.central_id = c.policy_id AND r.pod_id = c.pod_id AND "
           "r.resource_type = 'qos_policy'" +
           at_rest(kind, "c.policy_id") + " WHERE c.pod_id = ? AND c.policy_id " + which +
           " AND c.ready AND c.state <> 'cancelled'" + kAtRest + last;
  }
  return "SELECT r.central_id, r.local_id, b.policy_id, coalesce(c.local_id, '') AS expected, b.project_id, b.state, "
         "b.last_error, "
         "coalesce(p.on_drift, 'enforce') AS on_drift, coalesce(l.number, -1) AS number FROM bindings b JOIN " +
         object_table(kind) +
         " o ON o.id = b.central_id AND o.intent = b.intent JOIN resource_routings r ON r.central_id = b.central_id "
         "AND r.pod_id = b.pod_id AND r.resource_type = b.resource_type LEFT JOIN qos_policies p ON p.id = "
         "b.policy_id LEFT JOIN resource_routings c ON c.central_id = b.policy_id AND c.pod_id = b.pod_id AND "
         "c.resource_type = 'qos_policy'" +
         at_rest(kind, "b.central_id") + " WHERE b.pod_id = ? AND b.resource_type = '" + kind + "' AND b.central_id " +
         which + " AND b.state <> 'cancelled'" + kAtRest + last;
}

std::vector<Audited> find(Connection& db, const std::string& pod_id, const std::string& kind, const std::string& which,
                          const std::string& id) {
  std::vector<Audited> found;
  const auto rows = db.execute(query(kind, which), {pod_id, id, static_cast<std::int64_t>(kAuditPage)});
  for (const storage::Row& row : rows.rows()) {
    found.push_back({{pod_id, kind, row.text("central_id")},
                     row.integer("number"),
                     row.text("local_id"),
                     row.text("policy_id"),
                     row.text("expected"),
                     row.text("project_id"),
                     row.text("state"),
                     row.text("last_error"),
                     row.text("on_drift")});
  }
  return found;
}

}  // namespace

std::vector<Audited> audited_after(Connection& db, const std::string& pod_id, const std::string& kind,
                                   const std::string& after) {
  return find(db, pod_id, kind, "> ?", after);
}

std::optional<Audited> audited_again(Connection& db, const Audited& one) {
  const std::vector<Audited> found = find(db, one.lane.pod_id, one.lane.kind, "= ?", one.lane.object_id);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

}  // namespace tricircle::xjob
