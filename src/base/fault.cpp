#include "base/fault.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>

namespace tricircle::base {
namespace {

struct Plan {
  long die_at = 0;
  std::string log;
  bool active = false;

  Plan() {
    if (const char* text = std::getenv("TRICIRCLE_DIE_AT")) die_at = std::strtol(text, nullptr, 10);
    if (const char* text = std::getenv("TRICIRCLE_FAULT_LOG")) log = text;
    active = die_at > 0 || !log.empty();
  }
};

}  // namespace

void fault_point(std::string_view name) {
  static const Plan plan;
  if (!plan.active) return;
  static std::mutex mutex;
  static long reached = 0;
  const std::lock_guard guard(mutex);
  ++reached;
  if (!plan.log.empty()) std::ofstream(plan.log, std::ios::app) << reached << ' ' << name << '\n';
  if (reached == plan.die_at) std::raise(SIGKILL);
}

}  // namespace tricircle::base
