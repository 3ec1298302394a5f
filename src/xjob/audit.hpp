// The audit of a pod: reads what we have made and bound there and finds what somebody has changed since. Its lane is
// (pod, audit, pod); a run looks at one page and makes the lane due again, for the next page or the next audit. What
// differs is kept as a drift, and its own lane is made due to put it right, unless the policy's word is to report.
// Nothing is concluded from what a list lacks: the pod is asked for that object.
#pragma once
#include "xjob/context.hpp"

#include <string>

namespace tricircle::xjob {

inline constexpr char kAuditLane[] = "audit";

base::Awaitable<void> run_audit(Context&, engine::Lane);

// An audit of the pod is due now; the one that is under way goes on. Inside the caller's transaction.
void ask_for_audit(storage::Connection&, const std::string& pod_id, base::Micros now);
// The pod is gone, and so is what was found there.
void forget_audits(storage::Connection&, const std::string& pod_id);

}  // namespace tricircle::xjob
