#include "engine/claim.hpp"

#include "base/random.hpp"
#include "engine/circuit.hpp"
#include "engine/job.hpp"
#include "storage/sql.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace tricircle::engine {
namespace {

using storage::Connection;
using storage::Value;

LaneKey key_of(const storage::Row& row) {
  return {row.text("pod_id"), row.text("kind"), row.text("object_id")};
}

// The due lanes of each priority, what is due longest first, as far as they might be wanted.
using Queues = std::array<std::deque<LaneKey>, 3>;

// One statement, three walks along the index.
Queues due_by_priority(Connection& db, base::Micros now, const std::set<std::string>& busy_pods, std::size_t limit) {
  std::string where =
      " AND due_at <= ? AND pod_id NOT IN (SELECT pod_id FROM circuits WHERE open OR not_before > ? UNION ALL SELECT "
      "id FROM pauses WHERE kind = 'pod') AND (kind, object_id) NOT IN (SELECT kind, id FROM pauses)";
  std::vector<Value> walk{now, now};
  if (!busy_pods.empty()) {
    where += " AND pod_id NOT IN (" + storage::placeholders(busy_pods.size()) + ")";
    walk.insert(walk.end(), busy_pods.begin(), busy_pods.end());
  }
  walk.emplace_back(static_cast<std::int64_t>(limit));
  std::string sql;
  std::vector<Value> values;
  for (const char* priority : {"0", "1", "2"}) {
    if (!sql.empty()) sql += " UNION ALL ";
    sql += std::string(
               "SELECT * FROM (SELECT pod_id, kind, object_id, priority FROM lanes WHERE worker = '' AND "
               "priority = ") +
           priority + where + " ORDER BY due_at LIMIT ?) AS q" + priority;
    values.insert(values.end(), walk.begin(), walk.end());
  }
  Queues queues;
  const auto found = db.execute(sql, values);
  for (const storage::Row& row : found.rows())
    queues.at(static_cast<std::size_t>(row.integer("priority"))).push_back(key_of(row));
  return queues;
}

}  // namespace

std::array<Priority, 3> turn_of(std::uint64_t turn) {
  if (turn % 16 == 15) return {Priority::upkeep, Priority::normal, Priority::live};
  if (turn % 4 == 3) return {Priority::normal, Priority::upkeep, Priority::live};
  return {Priority::live, Priority::normal, Priority::upkeep};
}

std::vector<LaneKey> due_lanes(Connection& db, base::Micros now, const std::set<std::string>& busy_pods,
                               std::size_t limit, std::uint64_t turn) {
  Queues queues = due_by_priority(db, now, busy_pods, limit);
  std::vector<LaneKey> lanes;
  const auto take_next = [&] {
    for (const Priority priority : turn_of(turn++)) {
      std::deque<LaneKey>& queue = queues.at(static_cast<std::size_t>(priority));
      if (queue.empty()) continue;
      lanes.push_back(std::move(queue.front()));
      queue.pop_front();
      return true;
    }
    return false;
  };
  while (lanes.size() < limit && take_next()) {
  }
  return lanes;
}

std::vector<Lane> claim(Connection& db, const std::vector<LaneKey>& keys, const std::string& worker, base::Micros now) {
  std::vector<Lane> lanes;
  if (!prove_alive(db, worker)) return lanes;
  for (const LaneKey& key : keys) {
    const auto taken = db.execute(
        "UPDATE lanes SET worker = ?, number = number + 1, due_at = NULL WHERE pod_id = ? AND kind = ? AND "
        "object_id = ? AND worker = '' AND due_at <= ?",
        {worker, key.pod_id, key.kind, key.object_id, now});
    if (taken.affected() != 1) continue;
    const auto found = db.execute(
        "SELECT number, attempts, uncertain_until, priority FROM lanes WHERE pod_id = ? AND kind = ? AND object_id = ?",
        {key.pod_id, key.kind, key.object_id});
    const storage::Row& row = found.front();
    lanes.push_back({key, worker, row.integer("number"), row.integer("attempts"), row.integer("uncertain_until"), now,
                     static_cast<Priority>(row.integer("priority"))});
    db.execute(
        "UPDATE jobs SET status = CASE WHEN parent THEN status ELSE 'RUNNING' END, attempts = attempts + 1, "
        "started_at = coalesce(started_at, ?), next_try_at = NULL, updated_at = ? WHERE pod_id = ? AND kind = ? AND "
        "object_id = ? AND status = 'NEW'",
        {now, now, key.pod_id, key.kind, key.object_id});
  }
  return lanes;
}

void put_back(Connection& db, const Lane& lane, const RunFailed& failure, base::Micros now, const Options& options) {
  base::Micros due = now + backoff(lane.attempts, options.first_backoff, options.longest_backoff);
  if (failure.why == RunFailed::Why::held) due = now + options.longest_backoff;
  const bool given_back = failure.why == RunFailed::Why::given_back;
  if (given_back) due = now;
  if (failure.why == RunFailed::Why::pod_silent) {
    // The circuit holds the lane up; closing it writes no lane.
    due = now;
    if (!lane.key.pod_id.empty()) open_circuit(db, lane.key.pod_id, failure.what(), now, options);
  }
  // Nobody is believed for longer than an operator thinks right. The pod's row holds all its lanes up, this one too.
  const base::Micros asked = std::min(failure.not_before, now + options.longest_retry_after);
  if (asked > now && !lane.key.pod_id.empty()) leave_alone(db, lane.key.pod_id, asked, failure.what(), now);
  const base::Micros uncertain = std::max(lane.uncertain_until, failure.uncertain_until);
  const auto given = db.execute(
      "UPDATE lanes SET worker = '', attempts = attempts + ?, uncertain_until = ?, "
      "due_at = CASE WHEN due_at IS NULL OR due_at > ? THEN ? ELSE due_at END WHERE pod_id = ? AND kind = ? AND "
      "object_id = ? AND worker = ? AND number = ?",
      {std::int64_t{!given_back}, uncertain, due, due, lane.key.pod_id, lane.key.kind, lane.key.object_id, lane.worker,
       lane.number});
  if (given.affected() != 1) throw LeaseLost();
  postpone_jobs(db, lane.key, given_back ? "" : failure.what(), std::max(due, asked), now);
}

void end_leases(Connection& db, const std::string& worker, base::Micros now, const Options& options) {
  const base::Micros uncertain = now + options.call_deadline + options.settle;
  const auto held = db.execute("SELECT pod_id, kind, object_id FROM lanes WHERE worker = ?", {worker});
  db.execute(
      "UPDATE lanes SET worker = '', number = number + 1, due_at = ?, uncertain_until = CASE WHEN uncertain_until > ? "
      "THEN uncertain_until ELSE ? END WHERE worker = ?",
      {now, uncertain, uncertain, worker});
  for (const storage::Row& row : held.rows()) postpone_jobs(db, key_of(row), "", now, now);
  db.execute("DELETE FROM workers WHERE id = ?", {worker});
}

base::Micros backoff(std::int64_t attempts, base::Micros first, base::Micros longest) {
  base::Micros wait = first;
  for (std::int64_t i = 0; i < attempts && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, longest);
  return base::random_between(wait * 3 / 4, wait * 5 / 4);
}

}  // namespace tricircle::engine
