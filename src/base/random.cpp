#include "base/random.hpp"

#include <optional>
#include <random>
#include <stdexcept>
#include <sys/random.h>

namespace tricircle::base {
namespace {

std::optional<std::mt19937_64>& seeded() {
  static std::optional<std::mt19937_64> engine;
  return engine;
}

}  // namespace

void random_bytes(std::span<unsigned char> bytes) {
  if (seeded()) {
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>((*seeded())() >> 32);
  } else if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("getrandom failed");
  }
}

std::int64_t random_between(std::int64_t low, std::int64_t high) {
  std::uint64_t number = 0;
  random_bytes({reinterpret_cast<unsigned char*>(&number), sizeof number});
  const auto width = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(width == 0 ? number : number % width);
}

void use_seed(std::uint64_t seed) {
  seeded().emplace(seed);
}

}  // namespace tricircle::base
