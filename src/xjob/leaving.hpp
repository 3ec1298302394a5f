// A region leaves without anything being done there: what the centre knows of it is forgotten. Inside the caller's
// transaction; throws what the connection throws.
#pragma once
#include "base/clock.hpp"
#include "storage/connection.hpp"

#include <cstdint>
#include <string>

namespace tricircle::xjob {

struct Detached {
  std::int64_t networks = 0;
  std::int64_t ports = 0;
  std::int64_t policies = 0;
};

// Forgets the pod with its routings, copies and bindings. What is open for it ends as done by runs that find no pod;
// what a run is at work on is looked at once more after it. A call that is under way may still take effect there.
Detached detach_pod(storage::Connection&, const std::string& pod_id, base::Micros now);

}  // namespace tricircle::xjob
