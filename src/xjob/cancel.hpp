// Cancelling: an operator gives up what waits. The wish stands at the centre; only nobody tries to reach it before a
// new wish, a redo, or other work on the same object, whose run brings the newest wish as ever. So that nothing is
// silently behind, the copy or binding shows `cancelled`. Inside the caller's transaction.
#pragma once
#include "engine/lane.hpp"

#include <string>

#include <boost/json/object.hpp>

namespace tricircle::xjob {

inline constexpr char kCancelledWords[] = "cancelled by the operator";

// False: the job does not wait, or is a parent.
bool cancel(storage::Connection&, const std::string& job_id, base::Micros now);

// Somebody asks for it again: what was cancelled is pending.
void take_back_cancel(storage::Connection&, const engine::LaneKey&, base::Micros now);

// A parent goes before it was spread over its pods: no job will ever tell them of what it `wanted`.
void mark_never_spread(storage::Connection&, const std::string& job_type, const boost::json::object& resource,
                       std::int64_t wanted, base::Micros now);

}  // namespace tricircle::xjob
