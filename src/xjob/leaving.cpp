#include "xjob/leaving.hpp"

#include "engine/pause.hpp"
#include "xjob/audit.hpp"
#include "xjob/copies.hpp"
#include "xjob/pod_check.hpp"
#include "xjob/resync.hpp"

namespace tricircle::xjob {
namespace {

std::int64_t routings(Connection& db, const std::string& pod_id, const char* type) {
  return db
      .execute("SELECT count(*) AS n FROM resource_routings WHERE pod_id = ? AND resource_type = ?", {pod_id, type})
      .front()
      .integer("n");
}

}  // namespace

Detached detach_pod(Connection& db, const std::string& pod_id, base::Micros now) {
  const Detached left{routings(db, pod_id, kNetwork), routings(db, pod_id, kPort), routings(db, pod_id, kPolicyType)};
  const char* kBusy = "(worker <> '' OR id IN (SELECT lane_id FROM jobs WHERE finished_at IS NULL))";
  db.execute(std::string("UPDATE lanes SET due_at = ? WHERE pod_id = ? AND ") + kBusy, {now, pod_id});
  db.execute(std::string("DELETE FROM lanes WHERE pod_id = ? AND NOT ") + kBusy, {pod_id});
  for (const char* table : {"bindings", "copies", "resource_routings", "circuits"})
    db.execute(std::string("DELETE FROM ") + table + " WHERE pod_id = ?", {pod_id});
  forget_audits(db, pod_id);
  forget_resyncs(db, pod_id);
  forget_pod_check(db, pod_id);
  engine::resume(db, engine::kPodPause, pod_id);
  db.execute("DELETE FROM pods WHERE pod_id = ?", {pod_id});
  return left;
}

}  // namespace tricircle::xjob
