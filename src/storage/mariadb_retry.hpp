// How long a transaction is run again. Used on one thread.
#pragma once
#include "storage/connection.hpp"

#include <chrono>

namespace tricircle::storage {

// Runs `attempt` until it returns. Busy and ConnectionLost are waited out, with growing random pauses, until
// `longest` is over; then they pass through, as all other exceptions do at once.
class Patience {
 public:
  // A cluster commits nothing for 6.4 s after a node's death, and a node that is back takes some more to be let in.
  static constexpr std::chrono::seconds kLongest{30};

  template <typename F>
  static auto with(F attempt) {
    for (Patience patience;;) {
      try {
        return attempt();
      } catch (const Busy&) {
        if (!patience.waits()) throw;
      } catch (const ConnectionLost&) {
        if (!patience.waits()) throw;
      }
    }
  }

 private:
  bool waits();  // false: it is over
  const std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::now() + kLongest;
  int tries_ = 0;
};

}  // namespace tricircle::storage
