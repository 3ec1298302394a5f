// What goes wrong in a pod though it takes every call, or that it is known not to take: told from what its Neutron was
// found to enforce, and from the calls of a plan. Inside the caller's transaction, on the scratch store.
#pragma once
#include "plan/plan.hpp"
#include "storage/connection.hpp"

namespace tricircle::plan {

// Adds to refusals and warnings of a pod whose calls and touched objects are known. `unknown`: networks of which the
// pod has not yet said what they are made on.
void add_traps(storage::Connection&, const Subjects&, const std::set<std::string>& unknown, PodPlan&);

}  // namespace tricircle::plan
