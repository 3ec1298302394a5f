// The program's randomness: the system's, or that of a seed where a run must be told again exactly. Any thread, but
// for use_seed(). Throws std::runtime_error when the system gives none.
#pragma once
#include <cstdint>
#include <span>

namespace tricircle::base {

void random_bytes(std::span<unsigned char>);
std::int64_t random_between(std::int64_t low, std::int64_t high);  // both included

// From now on all randomness of the process follows from `seed`. For simulations, which have one thread.
void use_seed(std::uint64_t seed);

}  // namespace tricircle::base
