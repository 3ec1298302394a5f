// The run of a lane (pod, policy): makes the pod's copy equal to the central policy, or removes it with a deleted one.
// One object a run; the run reads the wish, plans, calls and records, and may be killed between any two of these.
#pragma once
#include "xjob/central_policy.hpp"
#include "xjob/context.hpp"
#include "xjob/copies.hpp"

namespace tricircle::xjob {

base::Awaitable<void> run_copy(Context&, engine::Lane);

// Removing the copy of a policy that is gone at the centre: copy_removal.cpp.
base::Awaitable<void> remove_copy_from_pod(Context&, const engine::Lane&, remote::PodNeutron, Copy);

// After an unseen POST: finds the pod's policies that bear our mark. Throws RunFailed unless the pod listed them.
struct Marked {
  std::string id;
  std::string created_at;
};
base::Awaitable<std::vector<Marked>> find_marked(Context&, remote::PodNeutron&, const Copy&);  // the oldest first
base::Awaitable<void> delete_double(Context&, remote::PodNeutron&, std::string local_id);
// All that bear the mark and are not the copy itself.
base::Awaitable<void> delete_doubles(Context&, remote::PodNeutron&, const Copy&);

std::string marked_name(const Copy&);
bool policy_is_gone(const remote::Answer&);  // Neutron itself said so, not some web server's 404

}  // namespace tricircle::xjob
