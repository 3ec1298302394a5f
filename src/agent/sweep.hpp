// A look at all that the pod has of the centre's networks, against what the centre has been told: what notifications
// have missed. Coroutines on the runtime's io thread. Throw Away; what was found before was told.
#pragma once
#include "agent/reporter.hpp"

#include <string>
#include <vector>

namespace tricircle::agent {

struct Swept {
  std::size_t networks = 0;  // that are the centre's
  std::size_t ports = 0;     // on them
  std::size_t told = 0;      // of which the centre knew less, or which are gone
};

// Networks that are news too, where there is a rule that ties them.
base::Awaitable<Swept> sweep(Centre&, PodView&, Reporter&, LinkRule);

// The ports of one network that has just become the centre's.
base::Awaitable<Swept> sweep_network(Centre&, PodView&, Reporter&, std::string local_id);

}  // namespace tricircle::agent
