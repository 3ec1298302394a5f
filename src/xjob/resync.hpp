// A pod and the centre held against each other in full: asked for by an operator after one of them was restored from a
// backup. A lane (pod, resync, pod) works off what was asked for, the oldest first: it looks at all that the pod has,
// keeps the plan in rows of tables resyncs and resync_items, and, if told so, applies it. See docs/adr/0016.
#pragma once
#include "xjob/context.hpp"

#include <string>

namespace tricircle::xjob {

inline constexpr char kResyncLane[] = "resync";

// Column `status`.
inline constexpr char kWaiting[] = "waiting";
inline constexpr char kPlanned[] = "planned";
inline constexpr char kApplied[] = "applied";
inline constexpr char kTooMuch[] = "refused";  // it would take away more than was said

// `yes_delete`: how many copies may be removed and objects lose their policy, at the most. Returns the resync's id.
// The pod must be there. Inside the caller's transaction.
std::string ask_for_resync(storage::Connection&, const std::string& pod_id, bool apply, std::int64_t yes_delete,
                           base::Micros now);
void forget_resyncs(storage::Connection&, const std::string& pod_id);  // of a pod that goes

// One that was asked for. Throws RunFailed when the pod cannot be looked at in full; that is told in the row too.
base::Awaitable<void> run_resync(Context&, engine::Lane);

}  // namespace tricircle::xjob
