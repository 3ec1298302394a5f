#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <stdexcept>
#include <sys/random.h>
#include <unistd.h>

namespace tricircle::base {
namespace {

std::optional<std::mt19937_64>& seeded() {
  static std::optional<std::mt19937_64> engine;
  return engine;
}

// Fetched from the system by the page: every request has an id. Of this process alone, so that a child of a fork does
// not give out its parent's.
class Page {
 public:
  void take(std::span<unsigned char> bytes) {
    if (owner_ != getpid() || bytes.size() > bytes_.size() - used_) fill();
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), bytes.size(), bytes.begin());
    used_ += bytes.size();
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  void fill() {
    if (getrandom(bytes_.data(), bytes_.size(), 0) != static_cast<ssize_t>(bytes_.size()))
      throw std::runtime_error("getrandom failed");
    used_ = 0;
    owner_ = getpid();
  }

  std::array<unsigned char, 4096> bytes_{};
  std::size_t used_ = bytes_.size();
  pid_t owner_ = 0;
};

}  // namespace

void random_bytes(std::span<unsigned char> bytes) {
  if (seeded()) {
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>((*seeded())() >> 32);
    return;
  }
  static thread_local Page page;
  while (!bytes.empty()) {
    const std::size_t some = std::min(bytes.size(), page.size());
    page.take(bytes.first(some));
    bytes = bytes.subspan(some);
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
