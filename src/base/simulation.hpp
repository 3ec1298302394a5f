// What stands in for time and threads where a process is simulated: one thread, one queue of things to come. A Runtime
// that is given one has neither threads nor timers of its own. Implemented by the simulation, which outlives the
// Runtime.
#pragma once
#include "base/clock.hpp"

#include <functional>

namespace tricircle::base {

class Simulation {
 public:
  virtual ~Simulation() = default;
  // Calls `what` once, `after` from now; never, when the simulated process dies before.
  virtual void later(Micros after, std::function<void()> what) = 0;
  virtual Micros hop() = 0;  // what it takes now to get from one thread to another
};

}  // namespace tricircle::base
