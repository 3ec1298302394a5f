// Where a test may kill the process: TRICIRCLE_DIE_AT=N makes the Nth fault point reached raise SIGKILL, and
// TRICIRCLE_FAULT_LOG=FILE lists the names of those passed. Without them a point costs one branch. Any thread.
#pragma once
#include <string_view>

namespace tricircle::base {

void fault_point(std::string_view name);

}  // namespace tricircle::base
