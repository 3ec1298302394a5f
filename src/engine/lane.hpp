// A lane is one object in one pod: the unit that is worked on by one run at a time. Rows of table lanes. These
// functions run inside the caller's transaction (Database::write) and throw what the connection throws.
#pragma once
#include "base/clock.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::engine {

struct LaneKey {
  std::string pod_id;  // '' for work that is of no pod (a parent job's expansion)
  std::string kind;    // the engine gives it no meaning: "policy", "network", "port", "job"
  std::string object_id;
  auto operator<=>(const LaneKey&) const = default;
};

// Which of the due lanes come first. The lower the number, the sooner; none waits for ever (claim.hpp).
enum class Priority : std::int64_t {
  live,    // machines wait for it
  normal,  // everything else that somebody wants
  upkeep,  // second looks, tags, audits
};

// A lane held by a worker: (worker, number) is the lease; every record proves it.
struct Lane {
  std::int64_t id = 0;
  LaneKey key;
  std::string worker;
  std::int64_t number = 0;
  std::int64_t attempts = 0;         // failed runs since the last success or fresh wish
  base::Micros uncertain_until = 0;  // 0 = certain. Else a write's end was not seen: read the pod before acting
  base::Micros claimed_at = 0;       // 0 = not known: as if long ago
  Priority priority = Priority::normal;
  std::int64_t life = 0;  // of the worker, when it took the lane: after the next it may not call any more
  std::string trace;      // traceparent of the newest change that it is to carry out; '' = none was given
  bool uncertain() const { return uncertain_until != 0; }
  // What finish() is to be given: 0, or the time of a second look. A run that outlasts the uncertainty has looked too
  // early all the same, so its begin counts and not its end.
  base::Micros still_uncertain_until() const { return uncertain_until > claimed_at ? uncertain_until : 0; }
};

// The lease had ended when the run came to record: the result must be thrown away.
struct LeaseLost : std::runtime_error {
  LeaseLost() : std::runtime_error("the lane is no longer held") {}
};

// The number of the lane's row, or that it has none. (Jobs that had no lane when lanes got numbers bear kNoLane too.)
inline constexpr std::int64_t kNoLane = 0;
std::int64_t lane_id(storage::Connection&, const LaneKey&);

// Whoever takes a lane meets here with whoever buries him: the worker's row is written (a sign of life), or it is gone.
bool prove_alive(storage::Connection&, const std::string& worker);

// Makes the lane due at `due` (or leaves an earlier time), with this priority (or a better one that it has). A fresh
// wish of a user also clears the backoff. Returns the lane's number.
enum class Wake { fresh_wish, routine };
std::int64_t wake(storage::Connection&, const LaneKey&, base::Micros due, Wake, Priority = Priority::normal);

// Nobody wants the lane any more: it is not due until somebody wakes it. False: a run is under way, or must look after
// a write whose end was not seen, and brings the object to the newest wish whatever was wanted.
bool lay_to_rest(storage::Connection&, const LaneKey&);

// In the middle of a run: proves the lease by a write, or throws LeaseLost.
void confirm(storage::Connection&, const Lane&);

// The end of a run, with its record in the same transaction: proves the lease (or throws LeaseLost) and gives it back.
// `due` makes the lane due again (an earlier time set meanwhile by wake() stays), with `priority`, for what it was
// claimed for is done; attempts go to 0. `uncertain_until`: 0 = certain from now on.
void finish(storage::Connection&, const Lane&, std::optional<base::Micros> due, base::Micros uncertain_until,
            Priority priority = Priority::upkeep);

// Takes all these lanes for `worker`, or none (nullopt) when one of them is held or the worker has no row at this
// moment. Missing rows are made. Their due time is kept aside: give each back with finish().
std::optional<std::vector<Lane>> take(storage::Connection&, const std::vector<LaneKey>&, const std::string& worker);

// What a finished run of a certain end leaves behind when nobody will ever want the lane again: removes the row if it
// is not due, nobody holds it, and no job waits for it.
void forget(storage::Connection&, const LaneKey&);

}  // namespace tricircle::engine
