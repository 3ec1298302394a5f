// What the centre's store has to tell in metrics: read when somebody asks for them, at most once a second, as everybody
// may ask. Jobs that ended are counted from the rows that they leave, by each centre for itself, so that the workers'
// own writes cost nothing more. Owned by app; pool threads.
#pragma once
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "storage/database.hpp"

#include <atomic>
#include <string>

namespace tricircle::app {

class CentreMetrics {
 public:
  CentreMetrics(storage::Database&, const base::Clock&);
  std::string text();

 private:
  void look(base::Micros now);
  void read_work(storage::Connection&, base::Micros now);
  void read_pods(storage::Connection&, base::Micros now);
  void count_ended(base::Micros now);

  storage::Database& database_;
  const base::Clock& clock_;
  base::Metrics metrics_;
  std::atomic<bool> looking_ = false;  // whoever set it has what follows
  base::Micros looked_at_ = 0;         // monotonic
  base::Micros counted_until_ = 0;     // jobs that ended before
};

// What the system says of this process.
std::string process_metrics();

}  // namespace tricircle::app
