#include "engine/job_counts.hpp"

namespace tricircle::engine {

// Each as an index has it, on either store.
JobCounts count_jobs(storage::Connection& db) {
  const auto open =
      db.execute("SELECT count(*) AS n FROM jobs WHERE finished_at IS NULL AND status IN ('NEW', 'RUNNING')");
  const auto failed = db.execute("SELECT count(*) AS n FROM jobs WHERE status = 'FAIL' AND finished_at IS NOT NULL");
  return {open.front().integer("n"), failed.front().integer("n")};
}

}  // namespace tricircle::engine
