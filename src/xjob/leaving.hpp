// A region leaves. Detached: the centre forgets it and does nothing there. Purged: from now on nothing is wished there,
// the jobs' own runs take our policies off and remove our copies, and a lane (pod, leave, pod) forgets the pod when all
// of that is done. Inside the caller's transaction, but for run_leave; throw what the connection throws.
#pragma once
#include "xjob/context.hpp"

#include <cstdint>
#include <string>

namespace tricircle::xjob {

inline constexpr char kLeaveLane[] = "leave";

struct Detached {
  std::int64_t networks = 0;
  std::int64_t ports = 0;
  std::int64_t policies = 0;
};

// Forgets the pod with its routings, copies and bindings. What is open for it ends as done by runs that find no pod;
// what a run is at work on is looked at once more after it. A call that is under way may still take effect there.
Detached detach_pod(storage::Connection&, const std::string& pod_id, base::Micros now);

// Nothing is wished in the pod any more, and it will be forgotten. The pod must be there.
void purge_pod(storage::Connection&, const std::string& pod_id, base::Micros now);
bool is_leaving(storage::Connection&, const std::string& pod_id);
base::Awaitable<void> run_leave(Context&, engine::Lane);

}  // namespace tricircle::xjob
