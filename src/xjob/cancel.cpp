#include "xjob/cancel.hpp"

#include "engine/job.hpp"
#include "xjob/copies.hpp"
#include "xjob/expand_job.hpp"

namespace tricircle::xjob {
namespace {

using storage::Value;

// What is held or refused says more already.
constexpr char kMarkCopies[] =
    "UPDATE copies SET state = 'cancelled', last_error = ?, since = ? WHERE state IN ('pending', 'in_sync') AND "
    "policy_id = ?";
constexpr char kMarkBindings[] =
    "UPDATE bindings SET state = 'cancelled', last_error = ?, since = ? WHERE resource_type = ? AND central_id = ?";

void mark(Connection& db, const std::string& type, const std::string& id, const std::string& which, Value last,
          base::Micros now) {
  if (type == kPolicyLane) {
    db.execute(kMarkCopies + which, std::vector<Value>{kCancelledWords, now, id, std::move(last)});
  } else {
    db.execute(kMarkBindings + which, std::vector<Value>{kCancelledWords, now, type, id, std::move(last)});
  }
}

}  // namespace

bool cancel(Connection& db, const std::string& job_id, base::Micros now) {
  if (!engine::cancel_job(db, job_id, kCancelledWords, now)) return false;
  const auto found = db.execute("SELECT pod_id, kind, object_id FROM jobs WHERE id = ?", {job_id});
  const storage::Row& row = found.front();
  const engine::LaneKey lane{row.text("pod_id"), row.text("kind"), row.text("object_id")};
  if (engine::has_open_jobs(db, engine::lane_id(db, lane)) || !engine::lay_to_rest(db, lane)) return true;
  mark(db, lane.kind, lane.object_id, " AND pod_id = ?", lane.pod_id, now);
  return true;
}

void take_back_cancel(Connection& db, const engine::LaneKey& lane, base::Micros now) {
  if (lane.kind == kPolicyLane) {
    db.execute(
        "UPDATE copies SET state = 'pending', last_error = '', since = ? WHERE policy_id = ? AND pod_id = ? AND "
        "state = 'cancelled'",
        {now, lane.object_id, lane.pod_id});
  } else {
    db.execute(
        "UPDATE bindings SET state = 'pending', last_error = '', since = ? WHERE resource_type = ? AND central_id = ? "
        "AND pod_id = ? AND state = 'cancelled'",
        {now, lane.kind, lane.object_id, lane.pod_id});
  }
}

void mark_never_spread(Connection& db, const std::string& job_type, const boost::json::object& resource,
                       std::int64_t wanted, base::Micros now) {
  const Subject subject = subject_of(job_type, resource);
  mark(db, subject.type, subject.id, " AND intent < ?", wanted, now);
}

}  // namespace tricircle::xjob
