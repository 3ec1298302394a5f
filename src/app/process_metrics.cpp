#include "app/centre_metrics.hpp"
#include "base/metric_names.hpp"
#include "storage/database.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace tricircle::app {
namespace {

namespace metric = base::metric;

double cpu_seconds() {
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) != 0) return 0;
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

// The second number of /proc/self/statm, in pages.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code gone;
  double count = 0;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", gone);
       !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone))
    ++count;
  return count;
}

const double kBegun =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();  // near enough

}  // namespace

std::string process_metrics() {
  base::Metrics own;
  own.set(metric::kBuild, {TRICIRCLE_VERSION, std::to_string(storage::known_schema_version())}, 1);
  own.set(metric::kCpu, {}, cpu_seconds());
  own.set(metric::kMemory, {}, resident_bytes());
  own.set(metric::kOpenFiles, {}, open_files());
  own.set(metric::kStarted, {}, kBegun);
  return own.text() + base::metrics().text();
}

}  // namespace tricircle::app
