// A resync's plan becomes rows: ours learn what the pod has, and the lanes of what is not as wished are made due. No
// call to a pod. Inside the caller's transaction.
#pragma once
#include "xjob/resync_plan.hpp"

namespace tricircle::xjob {

// What the item says still holds: nobody has been at work on its object since the plan's rows were read.
bool still_so(Connection&, const ResyncItem&);

// Does what the item says, unless it does not hold any more.
void apply_item(Connection&, const ResyncItem&, base::Micros now);

}  // namespace tricircle::xjob
