// Work that is done again and again on the pool, for rooms that have no coroutines of their own. Io thread inside.
#pragma once
#include "base/clock.hpp"
#include "base/runtime.hpp"

#include <functional>
#include <optional>

namespace tricircle::base {

// Runs `step` until it gives no pause to the next. It must not throw.
Awaitable<void> repeat(Runtime&, std::function<std::optional<Micros>()> step);

}  // namespace tricircle::base
