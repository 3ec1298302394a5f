// A command waits for what it has asked for by looking again at short intervals. Main thread.
#pragma once
#include <cstdint>
#include <functional>

namespace tricircle::app {

// Looks once at least. False: `is_so` did not become true within that many seconds.
bool becomes_true(const std::function<bool()>& is_so, std::int64_t within_seconds);

}  // namespace tricircle::app
