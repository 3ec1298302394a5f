// How many jobs there are to do, and how many have failed and are kept. Inside the caller's transaction.
#pragma once
#include "storage/connection.hpp"

namespace tricircle::engine {

struct JobCounts {
  std::int64_t open = 0;
  std::int64_t failed = 0;
};
JobCounts count_jobs(storage::Connection&);

}  // namespace tricircle::engine
