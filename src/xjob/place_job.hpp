// The run of a lane (pod, place_network) or (pod, place_port): makes a central network with its subnets, or a port, in
// the pod and ties it, tells the pod what changes of it at the centre, and takes it away when the centre deletes it.
// What somebody changes there by hand stays until the centre changes the same. Its policy is the binding's own lane's.
#pragma once
#include "xjob/context.hpp"

namespace tricircle::xjob {

base::Awaitable<void> run_placement(Context&, engine::Lane);

}  // namespace tricircle::xjob
