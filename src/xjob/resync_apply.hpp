// A resync's plan becomes rows: ours learn what the pod has, and the lanes of what is not as wished are made due. No
// call to a pod. Inside the caller's transaction.
#pragma once
#include "xjob/resync_plan.hpp"

namespace tricircle::xjob {

// Takes out what does not hold any more: somebody has been at work on the object since the plan's rows were read, or a
// copy is not the second one, as the first is not adopted. They count as under way.
void leave_to_others(Connection&, ResyncPlan&);

// Does what the item says, unless it does not hold any more.
void apply_item(Connection&, const ResyncItem&, base::Micros now);

}  // namespace tricircle::xjob
