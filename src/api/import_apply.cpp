#include "api/import_apply.hpp"

#include "xjob/copies.hpp"
#include "xjob/imports.hpp"

#include <vector>

namespace tricircle::api {
namespace {

using storage::Connection;

// So that nobody waits long for the store.
constexpr std::int64_t kItems = 100;
constexpr std::int64_t kRowsToForget = 500;

std::string done(Connection& db, const ImportStep& step, base::Micros now) {
  if (step.action == xjob::kAssociate) return import_association(db, step, now);
  if (step.content.empty()) return "what the region has shown of it is not kept any more";
  if (step.type == xjob::kNetwork) return import_network(db, step, now);
  if (step.type == xjob::kSubnet) return import_subnet(db, step, now);
  if (step.type == xjob::kPort) return import_port(db, step, now);
  return import_policy(db, step, now);
}

bool forget_some_objects(Connection& db, const std::string& import_id) {
  const auto some = db.execute("SELECT pod_id, resource_type, local_id FROM import_objects WHERE import_id = ? LIMIT ?",
                               {import_id, kRowsToForget});
  for (const storage::Row& row : some.rows())
    db.execute("DELETE FROM import_objects WHERE import_id = ? AND pod_id = ? AND resource_type = ? AND local_id = ?",
               {import_id, row.text("pod_id"), row.text("resource_type"), row.text("local_id")});
  return !some.empty();
}

}  // namespace

bool apply_some(Connection& db, const std::string& import_id, base::Micros now) {
  // Two who apply at once meet here.
  db.execute("UPDATE imports SET met = met + 1 WHERE id = ?", {import_id});
  const auto items = db.execute(
      "SELECT i.number, i.action, i.resource_type, i.pod_id, i.central_id, i.local_id, i.policy_id, "
      "coalesce(o.content, "
      "'') AS content FROM import_items i LEFT JOIN import_objects o ON o.import_id = i.import_id AND o.pod_id = "
      "i.pod_id AND o.resource_type = i.resource_type AND o.local_id = i.local_id WHERE i.import_id = ? AND i.state = "
      "? ORDER BY i.number LIMIT ?",
      {import_id, xjob::kToDo, kItems});
  for (const storage::Row& row : items.rows()) {
    const ImportStep step{import_id,
                          row.text("action"),
                          row.text("resource_type"),
                          row.text("pod_id"),
                          row.text("central_id"),
                          row.text("local_id"),
                          row.text("policy_id"),
                          row.text("content")};
    const std::string why_not = done(db, step, now);
    if (why_not.empty()) {
      db.execute("UPDATE import_items SET state = ? WHERE import_id = ? AND number = ?",
                 {xjob::kDone, import_id, row.integer("number")});
    } else {
      db.execute("UPDATE import_items SET state = ?, found = ? WHERE import_id = ? AND number = ?",
                 {xjob::kSkipped, why_not, import_id, row.integer("number")});
    }
  }
  if (!items.empty() || forget_some_objects(db, import_id)) return true;
  db.execute("UPDATE imports SET status = ?, applied_at = ? WHERE id = ? AND status <> ?",
             {xjob::kImportApplied, now, import_id, xjob::kImportApplied});
  return false;
}

}  // namespace tricircle::api
