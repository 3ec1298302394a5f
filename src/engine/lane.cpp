#include "engine/lane.hpp"

#include "base/ids.hpp"
#include "storage/sql.hpp"

#include <cstdlib>

namespace tricircle::engine {
namespace {

using storage::Connection;
using storage::Value;

void prove(Connection& db, const Lane& lane, const std::string& set, std::vector<Value> values) {
  values.insert(values.end(), {lane.id, lane.worker, lane.number});
  if (db.execute("UPDATE lanes SET " + set + " WHERE id = ? AND worker = ? AND number = ?", values).affected() != 1)
    throw LeaseLost();
}

// Numbers start anywhere: a lane that was forgotten and made anew must not repeat a lease that somebody may still
// believe in.
std::int64_t first_number() {
  return static_cast<std::int64_t>(std::strtoull(base::random_hex(12).c_str(), nullptr, 16));
}

std::int64_t made_row(Connection& db, const LaneKey& key) {
  if (const std::int64_t id = lane_id(db, key); id != kNoLane) return id;
  storage::insert_if_absent(
      db, "lanes",
      {{"pod_id", key.pod_id}, {"kind", key.kind}, {"object_id", key.object_id}, {"number", first_number()}});
  return lane_id(db, key);
}

}  // namespace

std::int64_t lane_id(Connection& db, const LaneKey& key) {
  const auto found = db.execute("SELECT id FROM lanes WHERE pod_id = ? AND kind = ? AND object_id = ?",
                                {key.pod_id, key.kind, key.object_id});
  return found.empty() ? kNoLane : found.front().integer("id");
}

bool prove_alive(Connection& db, const std::string& worker) {
  return db.execute("UPDATE workers SET beat = beat + 1 WHERE id = ?", {worker}).affected() == 1;
}

std::int64_t wake(Connection& db, const LaneKey& key, base::Micros due, Wake wake, Priority priority) {
  const std::int64_t id = made_row(db, key);
  const auto rank = static_cast<std::int64_t>(priority);
  const std::string attempts = wake == Wake::fresh_wish ? ", attempts = 0" : "";
  // Written even where it is due already: on several nodes a run that ends beside it must not pass it.
  db.execute(
      "UPDATE lanes SET touched = touched + 1, priority = CASE WHEN priority > ? THEN ? ELSE priority END, "
      "due_at = CASE WHEN due_at IS NULL OR due_at > ? THEN ? ELSE due_at END" +
          attempts + " WHERE id = ?",
      {rank, rank, due, due, id});
  return id;
}

bool lay_to_rest(Connection& db, const LaneKey& key) {
  return db.execute(
               "UPDATE lanes SET due_at = NULL, priority = 2 WHERE pod_id = ? AND kind = ? AND object_id = ? AND "
               "worker = '' AND uncertain_until = 0",
               {key.pod_id, key.kind, key.object_id})
             .affected() == 1;
}

void confirm(Connection& db, const Lane& lane) {
  prove(db, lane, "touched = touched + 1", {});
}

// A lane that somebody has woken meanwhile keeps its priority. (It is set before due_at: MariaDB assigns in order.)
void finish(Connection& db, const Lane& lane, std::optional<base::Micros> due, base::Micros uncertain_until,
            Priority priority) {
  const std::string given = "worker = '', attempts = 0, uncertain_until = ?, priority = CASE WHEN due_at IS NULL ";
  if (!due) return prove(db, lane, given + "THEN 2 ELSE priority END", {uncertain_until});
  const auto rank = static_cast<std::int64_t>(priority);
  prove(db, lane,
        given +
            "OR priority > ? THEN ? ELSE priority END, "
            "due_at = CASE WHEN due_at IS NULL OR due_at > ? THEN ? ELSE due_at END",
        {uncertain_until, rank, rank, *due, *due});
}

std::optional<std::vector<Lane>> take(Connection& db, const std::vector<LaneKey>& keys, const std::string& worker) {
  std::vector<Lane> lanes;
  if (!prove_alive(db, worker)) return std::nullopt;
  for (const LaneKey& key : keys) {
    const std::int64_t id = made_row(db, key);
    const auto found =
        db.execute("SELECT worker, number, attempts, uncertain_until, priority FROM lanes WHERE id = ?", {id});
    const storage::Row& row = found.front();
    if (!row.text("worker").empty()) return std::nullopt;
    lanes.push_back({id, key, worker, row.integer("number") + 1, row.integer("attempts"),
                     row.integer("uncertain_until"), 0, static_cast<Priority>(row.integer("priority"))});
  }
  for (const Lane& lane : lanes) {
    const auto taken = db.execute(
        "UPDATE lanes SET worker = ?, number = number + 1, claimed_at = 0 WHERE id = ? AND worker = '' AND number = ?",
        {worker, lane.id, lane.number - 1});
    // Another node's claim came between: the transaction must not keep a part.
    if (taken.affected() != 1) throw storage::Busy("a lane was claimed meanwhile");
  }
  return lanes;
}

void forget(Connection& db, const LaneKey& key) {
  db.execute(
      "DELETE FROM lanes WHERE pod_id = ? AND kind = ? AND object_id = ? AND worker = '' AND due_at IS NULL AND NOT "
      "EXISTS (SELECT 1 FROM jobs WHERE jobs.lane_id = lanes.id AND jobs.finished_at IS NULL AND NOT jobs.expanded)",
      {key.pod_id, key.kind, key.object_id});
}

}  // namespace tricircle::engine
