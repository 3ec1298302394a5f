// What every store counts of its transactions. Any thread.
#pragma once
#include "base/metric_names.hpp"

#include <chrono>

namespace tricircle::storage {

inline void count_commit(std::size_t writes, std::chrono::steady_clock::duration took) {
  base::Metrics& metrics = base::metrics();
  metrics.add(base::metric::kStoreCommits, {});
  metrics.add(base::metric::kStoreWrites, {}, static_cast<double>(writes));
  metrics.observe(base::metric::kStoreCommitDuration, {}, std::chrono::duration<double>(took).count());
}

inline void count_retry() {
  base::metrics().add(base::metric::kStoreRetries, {});
}

}  // namespace tricircle::storage
