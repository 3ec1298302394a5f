// Copies that nothing in their pod uses any more: audits note since when, and after a grace time the copy's own run
// removes them there. A pod refuses to delete a policy that anything bears, whoever bound it; such a copy stays.
#pragma once
#include "xjob/context.hpp"
#include "xjob/copies.hpp"

namespace tricircle::xjob {

// By an object in the pod whose wish it is, or by an operator's open job. Inside the caller's transaction.
bool copy_is_wanted(Connection&, const engine::LaneKey&);
// A network or port of the pod bears it, as far as we know.
bool copy_is_borne(Connection&, const std::string& policy_id, const std::string& pod_id);

// Notes which copies of the pod are used and which are not, and wakes the lanes of those whose grace is over. Throws
// what the database throws.
base::Awaitable<void> tend_unused_copies(Context&, std::string pod_id);

// It is time for the run of this copy's lane to remove it.
bool grace_is_over(const Copy&, base::Micros grace, base::Micros now);

// Removes it from the pod and forgets it, unless somebody has come to want it. Throws RunFailed.
base::Awaitable<void> remove_unused_copy(Context&, const engine::Lane&, remote::PodNeutron, Copy);

}  // namespace tricircle::xjob
