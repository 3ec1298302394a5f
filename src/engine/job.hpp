// A job is the visible record of a piece of work; the work itself is its lane's. Rows of table jobs; a lane is given by
// its number. Inside the caller's transaction.
#pragma once
#include "engine/lane.hpp"

#include <limits>
#include <string>

#include <boost/json/object.hpp>

namespace tricircle::engine {

inline constexpr char kNew[] = "NEW";
inline constexpr char kRunning[] = "RUNNING";
inline constexpr char kSuccess[] = "SUCCESS";
inline constexpr char kFail[] = "FAIL";

// Wanted by the job of a deletion: no run that still found the object has done it, whatever it applied.
inline constexpr auto kGone = std::numeric_limits<std::int64_t>::max();

// When a job is asked for, and by which change at the centre ('' = by none: an operator, a pod's report).
struct Cause {
  Cause(base::Micros at_, std::string change_id_ = {}) : at(at_), change_id(std::move(change_id_)) {}
  base::Micros at;
  std::string change_id;
};

struct NewJob {
  std::string type;              // as on the wire: "qos_create"
  std::string project_id;        // the owner of the resource
  boost::json::object resource;  // as on the wire: {"pod_id":..., "policy_id":...}
  LaneKey lane;
  std::int64_t wanted = 0;  // done once the lane has applied this intent; kGone for a deletion
  std::string parent_id;
  Priority priority = Priority::normal;
};

// Inserts the job as NEW and makes its lane due with a fresh wish. Returns its id.
std::string add_job(storage::Connection&, const NewJob&, const Cause&);

// Before close_jobs() ends the lane's jobs with a failure that somebody has to hear of: what nobody asked for (the pod
// had lost it, or it was changed there) has no job that could tell. Adds one, unless the lane has an open job or one
// that has failed with this intent. Makes nothing due.
void add_job_to_fail(storage::Connection&, const NewJob&, std::int64_t lane, base::Micros now);

// A job for several pods: its own lane {"", "job", id} is made due; whoever runs it adds the children.
std::string add_parent(storage::Connection&, const std::string& type, const std::string& project_id,
                       const boost::json::object& resource, std::int64_t wanted, const Cause&);

// Where the expansion of a parent stands; `done` = all children are there (RUNNING until the last of them ended; with
// no child at all or all ended it is closed at once).
void advance_parent(storage::Connection&, const std::string& id, const std::string& cursor, bool done,
                    base::Micros now);

// A claimed lane counts as an attempt of its jobs. Ends every open job of the lane whose wanted intent is at most
// `applied` (kGone: all of them): SUCCESS, or FAIL when `error` is not empty. Parents whose last child this was are
// ended too: FAIL if one child is, with that child's words.
void close_jobs(storage::Connection&, const Lane&, std::int64_t applied, const std::string& error, base::Micros now);

// Back to NEW, to be tried again: attempts and last error are kept for people to see. An expanded parent stays RUNNING.
void postpone_jobs(storage::Connection&, const Lane&, const std::string& error, base::Micros next_try,
                   base::Micros now);

// Ends a job that waits, and is no parent: FAIL with these words. False: it does not wait (any more).
bool cancel_job(storage::Connection&, const std::string& id, const std::string& words, base::Micros now);

bool has_open_jobs(storage::Connection&, std::int64_t lane);

// Words for people on the open jobs of a lane (kept when they succeed).
void note_jobs(storage::Connection&, std::int64_t lane, const std::string& note);

}  // namespace tricircle::engine
