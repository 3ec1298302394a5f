#include "storage/mariadb_retry.hpp"

#include "storage/counted.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace tricircle::storage {

bool Patience::waits() {
  if (std::chrono::steady_clock::now() >= until_) return false;
  count_retry();
  static thread_local std::minstd_rand random{std::random_device{}()};
  const int most = 1000 << std::min(++tries_, 8);  // microseconds: 2 ms to 256 ms
  std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(most / 2, most)(random)));
  return true;
}

}  // namespace tricircle::storage
