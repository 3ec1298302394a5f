#include "engine/claim.hpp"

#include "base/random.hpp"
#include "engine/circuit.hpp"
#include "engine/job.hpp"
#include "storage/sql.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <span>

namespace tricircle::engine {
namespace {

using storage::Connection;
using storage::Value;

// The due lanes of each priority, as far as they might be wanted.
struct DueLane {
  Candidate lane;
  base::Micros due;
};
using Queues = std::array<std::vector<DueLane>, 3>;

// A pod's lanes of one priority, of which one at least is due.
struct Head {
  std::string pod_id;
  std::int64_t priority;
  base::Micros due;  // the first of them
};

// Goes from pod to pod along the index: a pod costs the same however many of its lanes wait or are at rest.
constexpr char kHeadsOfSqlite[] =
    "WITH RECURSIVE pods_due (pod_id) AS (SELECT (SELECT pod_id FROM lanes WHERE worker = '' AND due_at IS NOT NULL "
    "ORDER BY pod_id LIMIT 1) UNION ALL SELECT (SELECT l.pod_id FROM lanes l WHERE l.worker = '' AND l.due_at IS NOT "
    "NULL AND l.pod_id > p.pod_id ORDER BY l.pod_id LIMIT 1) FROM pods_due p WHERE p.pod_id IS NOT NULL) "
    "SELECT pod_id, "
    "(SELECT min(due_at) FROM lanes WHERE worker = '' AND pod_id = p.pod_id AND priority = 0 AND due_at <= ?) AS due0, "
    "(SELECT min(due_at) FROM lanes WHERE worker = '' AND pod_id = p.pod_id AND priority = 1 AND due_at <= ?) AS due1, "
    "(SELECT min(due_at) FROM lanes WHERE worker = '' AND pod_id = p.pod_id AND priority = 2 AND due_at <= ?) AS due2 "
    "FROM pods_due p WHERE pod_id IS NOT NULL AND pod_id NOT IN (SELECT pod_id FROM circuits WHERE open OR "
    "not_before > ? UNION ALL SELECT id FROM pauses WHERE kind = 'pod')";

// MariaDB would begin each of those steps at the first pod. With all columns of the index named before due_at, `worker`
// too, it jumps from one group to the next by itself; of a table that it knows nothing of yet it reads the index, once.
constexpr char kHeadsOfMariadb[] =
    "SELECT pod_id, priority, due FROM (SELECT pod_id, priority, min(due_at) AS due FROM lanes WHERE worker = '' AND "
    "due_at IS NOT NULL GROUP BY worker, pod_id, priority) AS heads WHERE due <= ? AND pod_id NOT IN (SELECT pod_id "
    "FROM circuits WHERE open OR not_before > ? UNION ALL SELECT id FROM pauses WHERE kind = 'pod')";

constexpr char kLanesOfHead[] =
    "SELECT id, kind, object_id, due_at FROM lanes WHERE worker = '' AND pod_id = ? AND priority = ? AND due_at <= ? "
    "AND (kind, object_id) NOT IN (SELECT kind, id FROM pauses) ORDER BY due_at LIMIT ?";

constexpr std::size_t kSmallShare = 8;

std::vector<Head> heads_of_mariadb(Connection& db, base::Micros now) {
  std::vector<Head> heads;
  const auto found = db.execute(kHeadsOfMariadb, {now, now});
  for (const storage::Row& row : found.rows())
    heads.push_back({row.text("pod_id"), row.integer("priority"), row.integer("due")});
  return heads;
}

std::vector<Head> heads_of_sqlite(Connection& db, base::Micros now) {
  std::vector<Head> heads;
  const auto found = db.execute(kHeadsOfSqlite, {now, now, now, now});
  for (const storage::Row& row : found.rows()) {
    for (std::int64_t priority = 0; priority < 3; ++priority) {
      const auto due = row.optional_integer("due" + std::to_string(priority));
      if (due) heads.push_back({row.text("pod_id"), priority, *due});
    }
  }
  return heads;
}

std::vector<Head> heads(Connection& db, base::Micros now) {
  std::vector<Head> heads =
      db.dialect() == storage::Dialect::mariadb ? heads_of_mariadb(db, now) : heads_of_sqlite(db, now);
  std::ranges::sort(heads, {}, &Head::due);
  return heads;
}

Queues due_by_priority(Connection& db, base::Micros now, const Room& room) {
  Queues queues;
  const std::vector<Head> all = heads(db, now);
  // Nobody takes much more than an equal part of a claim, however long his lanes have waited; there will be another.
  const std::size_t share = kSmallShare + 2 * room.in_all / std::max<std::size_t>(all.size(), 1);
  for (const Head& head : all) {
    const std::size_t most = std::min(room.in(head.pod_id), share);
    std::vector<DueLane>& queue = queues.at(static_cast<std::size_t>(head.priority));
    const auto before = [&](const DueLane& lane) { return lane.due <= head.due; };
    if (most == 0 || std::ranges::count_if(queue, before) >= static_cast<std::ptrdiff_t>(room.in_all)) continue;
    const auto found = db.execute(kLanesOfHead, {head.pod_id, head.priority, now, static_cast<std::int64_t>(most)});
    for (const storage::Row& row : found.rows())
      queue.push_back(
          {{row.integer("id"), {head.pod_id, row.text("kind"), row.text("object_id")}}, row.integer("due_at")});
  }
  // So that take_next() takes from the end what is due longest.
  for (std::vector<DueLane>& queue : queues)
    std::ranges::sort(queue, std::greater{}, [](const DueLane& lane) { return std::pair(lane.due, lane.lane.id); });
  return queues;
}

// Lists of few lengths, so that there are few statements: the last id comes again until one is full.
constexpr std::size_t kMostIds = 64;

std::string ids_of(std::vector<std::int64_t> ids, std::vector<Value>& values) {
  const std::size_t length = ids.size() == 1 ? 1 : ids.size() <= 8 ? 8 : kMostIds;
  ids.resize(length, ids.back());
  values.insert(values.end(), ids.begin(), ids.end());
  return "(" + storage::placeholders(length) + ")";
}

// What of the given lanes is free and due. They are looked at first: the worker may hold others of them otherwise, to
// let go of a port.
std::set<std::int64_t> free_of(Connection& db, const std::vector<std::int64_t>& ids, base::Micros now) {
  std::set<std::int64_t> free;
  std::vector<Value> values;
  // By their numbers: coalesce() keeps SQLite from walking through all that is due instead.
  const std::string sql =
      "SELECT id FROM lanes WHERE id IN " + ids_of(ids, values) + " AND coalesce(worker, '') = '' AND due_at <= ?";
  values.emplace_back(now);
  const auto found = db.execute(sql, values);
  for (const storage::Row& row : found.rows()) free.insert(row.integer("id"));
  return free;
}

// The lanes that are ours now. Read after they were taken: before, another worker may have had one of them and given it
// back, and whoever bears the number of that time can never record.
std::map<std::int64_t, Lane> taken(Connection& db, const std::vector<std::int64_t>& ids, const std::string& worker,
                                   base::Micros now) {
  std::map<std::int64_t, Lane> lanes;
  std::vector<Value> values;
  const auto found = db.execute(
      "SELECT id, number, attempts, uncertain_until, priority, (SELECT c.traceparent FROM jobs j JOIN changes c ON "
      "c.id "
      "= j.change_id WHERE j.lane_id = lanes.id AND j.finished_at IS NULL AND j.change_id <> '' AND c.traceparent <> "
      "'' "
      "ORDER BY j.seq DESC LIMIT 1) AS trace FROM lanes WHERE id IN " +
          ids_of(ids, values),
      values);
  for (const storage::Row& row : found.rows()) {
    Lane& lane = lanes[row.integer("id")];
    lane.id = row.integer("id");
    lane.worker = worker;
    lane.number = row.integer("number");
    lane.attempts = row.integer("attempts");
    lane.uncertain_until = row.integer("uncertain_until");
    lane.claimed_at = now;
    lane.priority = static_cast<Priority>(row.integer("priority"));
    lane.trace = row.text("trace");
  }
  return lanes;
}

// A due time that comes meanwhile stays.
void take_all(Connection& db, const std::vector<std::int64_t>& ids, const std::string& worker, base::Micros now) {
  std::vector<Value> values{worker, now};
  const std::string sql =
      "UPDATE lanes SET worker = ?, number = number + 1, claimed_at = ?, due_at = NULL WHERE id IN " +
      ids_of(ids, values) + " AND coalesce(worker, '') = '' AND due_at <= ?";
  values.emplace_back(now);
  // Another node's claim came between: the transaction must not keep a part.
  if (db.execute(sql, values).affected() != static_cast<std::int64_t>(ids.size()))
    throw storage::Busy("a lane was claimed meanwhile");
}

void claim_some(Connection& db, std::span<const Candidate> wanted, const std::string& worker, base::Micros now,
                std::vector<Lane>& lanes) {
  std::vector<std::int64_t> ids;
  for (const Candidate& lane : wanted) ids.push_back(lane.id);
  const std::set<std::int64_t> free = free_of(db, ids, now);
  std::erase_if(ids, [&](std::int64_t id) { return !free.contains(id); });
  if (ids.empty()) return;
  take_all(db, ids, worker, now);
  std::map<std::int64_t, Lane> mine = taken(db, ids, worker, now);
  for (const Candidate& lane : wanted) {
    const auto found = mine.find(lane.id);
    if (found == mine.end()) continue;
    found->second.key = lane.key;
    lanes.push_back(std::move(found->second));
  }
}

}  // namespace

std::array<Priority, 3> turn_of(std::uint64_t turn) {
  if (turn % 16 == 15) return {Priority::upkeep, Priority::normal, Priority::live};
  if (turn % 4 == 3) return {Priority::normal, Priority::upkeep, Priority::live};
  return {Priority::live, Priority::normal, Priority::upkeep};
}

std::size_t Room::in(const std::string& pod_id) const {
  if (pod_id.empty()) return in_all;
  const auto found = taken.find(pod_id);
  const std::size_t used = found == taken.end() ? 0 : found->second;
  return std::min(in_all, per_pod > used ? per_pod - used : 0);
}

std::vector<Candidate> due_lanes(Connection& db, base::Micros now, Room room, std::uint64_t turn) {
  Queues queues = due_by_priority(db, now, room);
  std::vector<Candidate> lanes;
  // False: there is none of this priority that has room.
  const auto take_from = [&](std::vector<DueLane>& queue) {
    while (!queue.empty()) {
      Candidate lane = std::move(queue.back().lane);
      queue.pop_back();
      if (room.in(lane.key.pod_id) == 0) continue;
      ++room.taken[lane.key.pod_id];
      --room.in_all;
      lanes.push_back(std::move(lane));
      return true;
    }
    return false;
  };
  const auto take_next = [&] {
    const auto order = turn_of(turn++);
    return std::ranges::any_of(order, [&](Priority p) { return take_from(queues.at(static_cast<std::size_t>(p))); });
  };
  while (room.in_all > 0 && take_next()) {
  }
  return lanes;
}

std::vector<Lane> claim(Connection& db, const std::vector<Candidate>& wanted, const std::string& worker,
                        base::Micros now) {
  std::vector<Lane> lanes;
  if (!prove_alive(db, worker)) return lanes;
  for (std::span<const Candidate> rest = wanted; !rest.empty();) {
    const std::span<const Candidate> some = rest.first(std::min(rest.size(), kMostIds));
    claim_some(db, some, worker, now, lanes);
    rest = rest.subspan(some.size());
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
      "due_at = CASE WHEN due_at IS NULL OR due_at > ? THEN ? ELSE due_at END WHERE id = ? AND worker = ? AND "
      "number = ?",
      {std::int64_t{!given_back}, uncertain, due, due, lane.id, lane.worker, lane.number});
  if (given.affected() != 1) throw LeaseLost();
  postpone_jobs(db, lane, given_back ? "" : failure.what(), std::max(due, asked), now);
}

void end_leases(Connection& db, const std::string& worker, base::Micros now, const Options& options) {
  const base::Micros uncertain = now + options.call_deadline + options.settle;
  const auto held = db.execute("SELECT id, claimed_at FROM lanes WHERE worker = ?", {worker});
  db.execute(
      "UPDATE lanes SET worker = '', number = number + 1, due_at = ?, uncertain_until = CASE WHEN uncertain_until > ? "
      "THEN uncertain_until ELSE ? END WHERE worker = ?",
      {now, uncertain, uncertain, worker});
  for (const storage::Row& row : held.rows()) {
    Lane lane;
    lane.id = row.integer("id");
    lane.claimed_at = row.integer("claimed_at");
    postpone_jobs(db, lane, "", now, now);
  }
  db.execute("DELETE FROM workers WHERE id = ?", {worker});
}

base::Micros backoff(std::int64_t attempts, base::Micros first, base::Micros longest) {
  base::Micros wait = first;
  for (std::int64_t i = 0; i < attempts && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, longest);
  return base::random_between(wait * 3 / 4, wait * 5 / 4);
}

}  // namespace tricircle::engine
