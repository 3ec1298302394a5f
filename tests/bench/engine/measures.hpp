// The measurements themselves.
#pragma once
#include "node.hpp"

#include <string>
#include <vector>

namespace tricircle::bench {

struct Burn {
  int workers = 0;
  std::int64_t jobs = 0;
  double rate = 0;  // jobs/s from the first worker's start to the last job's COMMIT
};

// Runs the jobs that the store holds. Throws std::runtime_error when not each has been run once.
Burn burn_in_one_process(const Store&, std::int64_t jobs, int workers, const Load&);
// The same with a process for each worker: this program, called as `worker CONNECTION LOCKS IN_FLIGHT PER_POD`.
Burn burn_in_processes(const Store&, std::int64_t jobs, int workers, const Load&);
int serve_as_worker(const Store&, const Load&);  // until SIGTERM

struct Starts {
  std::string what;
  double p50 = 0, p99 = 0, most = 0;  // ms from the return of write() to the begin of the run
};

// `rate` jobs a second for `seconds`, each with a hint, to one worker that has nothing else to do.
Starts starts(const std::string& what, const Store&, int rate, int seconds);

// What the disk itself takes to keep 4 KiB: median of fdatasync, ms. No COMMIT is faster.
double sync_ms(const std::filesystem::path& folder);

}  // namespace tricircle::bench
