#include "xjob/imports.hpp"

#include "base/ids.hpp"
#include "engine/lane.hpp"
#include "storage/sql.hpp"
#include "xjob/import_scan.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::xjob {
namespace {

constexpr std::int64_t kKept = 20;  // with their plans

// What pods have shown is kept no longer than a plan holds.
void forget_old(Connection& db, base::Micros now) {
  const auto old = db.execute("SELECT id FROM imports WHERE status <> ? ORDER BY asked_at DESC, id LIMIT 1000 OFFSET ?",
                              {kScanning, kKept});
  for (const storage::Row& row : old.rows()) forget_import(db, row.text("id"));
  db.execute(
      "DELETE FROM import_objects WHERE import_id IN (SELECT id FROM imports WHERE status = ? AND planned_at < ?)",
      {kImportPlanned, now - kPlanHolds});
}

}  // namespace

std::string ask_for_import(Connection& db, const ImportAsked& asked, base::Micros now) {
  forget_old(db, now);
  const std::string id = base::new_uuid();
  boost::json::array chosen;
  for (const std::string& network : asked.chosen) chosen.emplace_back(network);
  storage::insert(db, "imports",
                  {{"id", id},
                   {"networks", std::int64_t{asked.networks}},
                   {"policies", std::int64_t{asked.policies}},
                   {"chosen", boost::json::serialize(chosen)},
                   {"status", kScanning},
                   {"asked_at", now}});
  for (const std::string& pod : asked.pods) {
    const bool added = storage::insert_if_absent(
        db, "import_pods", {{"import_id", id}, {"pod_id", pod}, {"stage", first_stage(asked.policies)}, {"error", ""}});
    if (added) engine::wake(db, {pod, kImportLane, pod}, now, engine::Wake::fresh_wish);
  }
  return id;
}

void forget_import(Connection& db, const std::string& id) {
  for (const char* table : {"import_items", "import_objects", "import_pods"})
    db.execute(std::string("DELETE FROM ") + table + " WHERE import_id = ?", {id});
  db.execute("DELETE FROM imports WHERE id = ?", {id});
}

void forget_imports(Connection& db, const std::string& pod_id) {
  const auto found = db.execute("SELECT import_id FROM import_pods WHERE pod_id = ?", {pod_id});
  for (const storage::Row& row : found.rows()) forget_import(db, row.text("import_id"));
}

}  // namespace tricircle::xjob
