#include "base/repeat.hpp"

namespace tricircle::base {

Awaitable<void> repeat(Runtime& runtime, std::function<std::optional<Micros>()> step) {
  for (;;) {
    const std::optional<Micros> wait = co_await runtime.blocking([&step] { return step(); });
    if (!wait) co_return;
    co_await pause(*wait);
  }
}

}  // namespace tricircle::base
