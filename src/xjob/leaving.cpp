#include "xjob/leaving.hpp"

#include "engine/job.hpp"
#include "engine/pause.hpp"
#include "xjob/audit.hpp"
#include "xjob/copies.hpp"
#include "xjob/imports.hpp"
#include "xjob/placements.hpp"
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

constexpr std::int64_t kAtATime = 200;  // so that nobody waits long for the store
constexpr base::Micros kLookAgain = base::kSecond;

// Objects of ours in the pod whose lanes rest although something is left there: of those the next ones are made due.
std::int64_t wake_some(Connection& db, const std::string& pod_id, base::Micros now) {
  const std::string rests = " (l.id IS NULL OR (l.worker = '' AND l.due_at IS NULL)) ORDER BY id LIMIT ?";
  const auto bindings = db.execute(
      "SELECT b.resource_type AS kind, b.central_id AS id FROM bindings b LEFT JOIN lanes l ON l.pod_id = b.pod_id AND "
      "l.kind = b.resource_type AND l.object_id = b.central_id WHERE b.pod_id = ? AND b.policy_id <> '' AND" +
          rests,
      {pod_id, kAtATime});
  const auto copies = db.execute(
      "SELECT 'policy' AS kind, c.policy_id AS id FROM copies c LEFT JOIN lanes l ON l.pod_id = c.pod_id AND l.kind = "
      "'policy' AND l.object_id = c.policy_id WHERE c.pod_id = ? AND NOT EXISTS (SELECT 1 FROM bindings b WHERE "
      "b.policy_id = c.policy_id AND b.pod_id = c.pod_id) AND" +
          rests,
      {pod_id, kAtATime});
  for (const storage::Result* found : {&bindings, &copies}) {
    for (const storage::Row& row : found->rows())
      engine::wake(db, {pod_id, row.text("kind"), row.text("id")}, now, engine::Wake::fresh_wish);
  }
  return static_cast<std::int64_t>(bindings.rows().size() + copies.rows().size());
}

bool something_is_left(Connection& db, const std::string& pod_id) {
  return !db.execute(
                "SELECT 1 AS one FROM bindings WHERE pod_id = ? AND policy_id <> '' UNION ALL SELECT 1 AS one FROM "
                "copies WHERE pod_id = ? LIMIT 1",
                {pod_id, pod_id})
              .empty();
}

}  // namespace

void purge_pod(Connection& db, const std::string& pod_id, base::Micros now) {
  db.execute("UPDATE pods SET leaving = TRUE WHERE pod_id = ?", {pod_id});
  engine::wake(db, {pod_id, kLeaveLane, pod_id}, now, engine::Wake::fresh_wish);
}

bool is_leaving(Connection& db, const std::string& pod_id) {
  return !db.execute("SELECT pod_id FROM pods WHERE pod_id = ? AND leaving", {pod_id}).empty();
}

base::Awaitable<void> run_leave(Context& context, engine::Lane lane) {
  const std::string& pod_id = lane.key.pod_id;
  const base::Micros now = context.clock.now();
  co_await context.write([&](Connection& db) {
    std::optional<base::Micros> due;
    if (is_leaving(db, pod_id)) {
      if (wake_some(db, pod_id, now) >= kAtATime) {
        due = now;
      } else if (something_is_left(db, pod_id)) {
        due = now + kLookAgain;
      } else {
        detach_pod(db, pod_id, now);
      }
    }
    engine::finish(db, lane, due, 0);
    if (!due) engine::forget(db, lane.key);
  });
  context.worker.hint();
}

Detached detach_pod(Connection& db, const std::string& pod_id, base::Micros now) {
  const Detached left{routings(db, pod_id, kNetwork), routings(db, pod_id, kPort), routings(db, pod_id, kPolicyType)};
  const char* kBusy = "(worker <> '' OR id IN (SELECT lane_id FROM jobs WHERE finished_at IS NULL))";
  db.execute(std::string("UPDATE lanes SET due_at = ? WHERE pod_id = ? AND ") + kBusy, {now, pod_id});
  db.execute(std::string("DELETE FROM lanes WHERE pod_id = ? AND NOT ") + kBusy, {pod_id});
  for (const char* table : {"bindings", "copies", "resource_routings", "circuits"})
    db.execute(std::string("DELETE FROM ") + table + " WHERE pod_id = ?", {pod_id});
  forget_audits(db, pod_id);
  forget_resyncs(db, pod_id);
  forget_imports(db, pod_id);
  forget_placements(db, pod_id);
  forget_pod_check(db, pod_id);
  engine::resume(db, engine::kPodPause, pod_id);
  db.execute("DELETE FROM pods WHERE pod_id = ?", {pod_id});
  return left;
}

}  // namespace tricircle::xjob
