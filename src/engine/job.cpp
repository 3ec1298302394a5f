#include "engine/job.hpp"

#include "base/ids.hpp"
#include "storage/sql.hpp"

#include <set>

#include <boost/json/serialize.hpp>

namespace tricircle::engine {
namespace {

using storage::Connection;

void insert_row(Connection& db, const NewJob& job, std::int64_t lane, const std::string& id, bool parent,
                const Cause& cause) {
  storage::insert(db, "jobs",
                  {{"id", id},
                   {"type", job.type},
                   {"project_id", job.project_id},
                   {"resource", boost::json::serialize(job.resource)},
                   {"status", kNew},
                   {"pod_id", job.lane.pod_id},
                   {"kind", job.lane.kind},
                   {"object_id", job.lane.object_id},
                   {"lane_id", lane},
                   {"wanted", job.wanted},
                   {"parent_id", job.parent_id},
                   {"parent", std::int64_t{parent}},
                   {"last_error", ""},
                   {"change_id", cause.change_id},
                   {"created_at", cause.at},
                   {"updated_at", cause.at}});
}

std::string insert_job(Connection& db, const NewJob& job, const std::string& id, bool parent, const Cause& cause) {
  const std::int64_t lane = wake(db, job.lane, cause.at, Wake::fresh_wish, job.priority);
  insert_row(db, job, lane, id, parent, cause);
  return id;
}

// A parent ends with the last of its children. Of two that end at once on two machines neither sees the other's end, so
// they meet on the parent's row: it is written first, and never with what it holds already.
void settle_parent(Connection& db, const std::string& id, base::Micros now) {
  const auto met = db.execute(
      "UPDATE jobs SET updated_at = CASE WHEN updated_at < ? THEN ? ELSE updated_at + 1 END WHERE id = ? AND expanded "
      "AND status = 'RUNNING'",
      {now, now, id});
  if (met.affected() == 0) return;
  const auto open = db.execute(
      "SELECT id FROM jobs WHERE parent_id = ? AND parent_id <> '' AND status IN ('NEW', 'RUNNING') LIMIT 1", {id});
  if (!open.empty()) return;
  const auto failed = db.execute(
      "SELECT count(*) AS n, min(last_error) AS words FROM jobs WHERE parent_id = ? AND parent_id <> '' AND status = "
      "'FAIL'",
      {id});
  const std::int64_t failures = failed.front().integer("n");
  const std::string words =
      failures == 0 ? "" : std::to_string(failures) + " failed; one of them: " + failed.front().text("words");
  db.execute(
      "UPDATE jobs SET status = ?, last_error = ?, finished_at = ?, updated_at = ? WHERE id = ? AND expanded AND "
      "status = 'RUNNING'",
      {failures == 0 ? kSuccess : kFail, words, now, now, id});
}

// A run of the lane has ended: how many attempts that is of its jobs, and when the first of them began.
constexpr char kAttempt[] =
    "attempts = attempts + ?, started_at = coalesce(started_at, CASE WHEN created_at > ? THEN created_at ELSE ? END)";

std::pair<std::int64_t, storage::Value> attempt_of(const Lane& lane) {
  if (lane.claimed_at == 0) return {0, storage::Value{}};  // not by a run, or by one that nobody tells of
  return {1, storage::Value{lane.claimed_at}};
}

constexpr char kOpenOfLane[] = "lane_id = ? AND finished_at IS NULL";

}  // namespace

std::string add_job(Connection& db, const NewJob& job, const Cause& cause) {
  return insert_job(db, job, base::new_uuid(), false, cause);
}

void add_job_to_fail(Connection& db, const NewJob& job, std::int64_t lane, base::Micros now) {
  if (has_open_jobs(db, lane)) return;
  const auto tells = db.execute("SELECT id FROM jobs WHERE lane_id = ? AND status = 'FAIL' AND wanted >= ? LIMIT 1",
                                {lane, job.wanted});
  if (tells.empty()) insert_row(db, job, lane, base::new_uuid(), false, now);
}

std::string add_parent(Connection& db, const std::string& type, const std::string& project_id,
                       const boost::json::object& resource, std::int64_t wanted, const Cause& cause) {
  const std::string id = base::new_uuid();
  // To spread it costs no call, and its children know better what they are.
  return insert_job(db, {type, project_id, resource, {"", "job", id}, wanted, "", Priority::live}, id, true, cause);
}

void advance_parent(Connection& db, const std::string& id, const std::string& cursor, bool done, base::Micros now) {
  db.execute(
      "UPDATE jobs SET cursor_at = ?, attempts = attempts + CASE WHEN expanded THEN 0 ELSE ? END, started_at = "
      "coalesce(started_at, ?), expanded = ?, status = CASE WHEN ? = 1 THEN 'RUNNING' ELSE 'NEW' END, updated_at = ? "
      "WHERE id = ?",
      {cursor, std::int64_t{done}, now, std::int64_t{done}, std::int64_t{done}, now, id});
  if (done) settle_parent(db, id, now);
}

void close_jobs(Connection& db, const Lane& lane, std::int64_t applied, const std::string& error, base::Micros now) {
  const auto done = db.execute(
      "SELECT seq, parent_id FROM jobs WHERE lane_id = ? AND finished_at IS NULL AND wanted <= ? AND NOT parent",
      {lane.id, applied});
  const auto [attempt, begun] = attempt_of(lane);
  std::set<std::string> parents;
  for (const storage::Row& row : done.rows()) {
    db.execute(std::string("UPDATE jobs SET status = ?, last_error = CASE WHEN ? = '' THEN last_error ELSE ? END, "
                           "finished_at = ?, next_try_at = NULL, updated_at = ?, ") +
                   kAttempt + " WHERE seq = ?",
               {error.empty() ? kSuccess : kFail, error, error, now, now, attempt, begun, begun, row.integer("seq")});
    if (std::string parent = row.text("parent_id"); !parent.empty()) parents.insert(std::move(parent));
  }
  for (const std::string& parent : parents) settle_parent(db, parent, now);
}

void postpone_jobs(Connection& db, const Lane& lane, const std::string& error, base::Micros next_try,
                   base::Micros now) {
  const auto [attempt, begun] = attempt_of(lane);
  db.execute(std::string("UPDATE jobs SET status = 'NEW', last_error = CASE WHEN ? = '' THEN last_error ELSE ? END, "
                         "next_try_at = ?, updated_at = ?, ") +
                 kAttempt + " WHERE NOT expanded AND " + kOpenOfLane,
             {error, error, next_try, now, attempt, begun, begun, lane.id});
}

bool cancel_job(Connection& db, const std::string& id, const std::string& words, base::Micros now) {
  const auto ended = db.execute(
      "UPDATE jobs SET status = 'FAIL', last_error = ?, finished_at = ?, next_try_at = NULL, updated_at = ? WHERE "
      "id = ? AND status = 'NEW' AND NOT parent AND NOT EXISTS (SELECT 1 FROM lanes WHERE lanes.id = jobs.lane_id AND "
      "lanes.worker <> '' AND lanes.claimed_at > 0)",
      {words, now, now, id});
  if (ended.affected() != 1) return false;
  const auto found = db.execute("SELECT parent_id FROM jobs WHERE id = ?", {id});
  settle_parent(db, found.front().text("parent_id"), now);
  return true;
}

bool has_open_jobs(Connection& db, std::int64_t lane) {
  return lane != kNoLane &&
         !db.execute(std::string("SELECT id FROM jobs WHERE ") + kOpenOfLane + " LIMIT 1", {lane}).empty();
}

void note_jobs(Connection& db, std::int64_t lane, const std::string& note) {
  db.execute(std::string("UPDATE jobs SET last_error = ? WHERE ") + kOpenOfLane, {note, lane});
}

}  // namespace tricircle::engine
