#include "app/waiting.hpp"

#include <chrono>
#include <thread>

namespace tricircle::app {

bool becomes_true(const std::function<bool()>& is_so, std::int64_t within_seconds) {
  using std::chrono::steady_clock;
  constexpr auto kLookAgain = std::chrono::milliseconds(100);
  const auto until = steady_clock::now() + std::chrono::seconds(within_seconds);
  while (!is_so()) {
    if (steady_clock::now() > until) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

}  // namespace tricircle::app
