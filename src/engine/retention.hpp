// Finished jobs are kept for a while and then removed, a few at a time, by one of the workers. Used by one Worker, on
// pool threads, by one thread at a time.
#pragma once
#include "engine/worker.hpp"

namespace tricircle::engine {

// Removes at most `most` jobs that ended long enough ago, and changes without any; returns how many. Children go before
// their parent, and not while it is open: what an operator sees of a change is whole, or gone from its leaves on.
// Inside the caller's transaction.
std::size_t remove_old_jobs(storage::Connection&, base::Micros now, const Options&, std::size_t most);

class Retention {
 public:
  Retention(storage::Database&, const base::Clock&, const Options&);
  void tend();  // one batch, if it is time and no other worker's turn

 private:
  bool my_turn();

  storage::Database& database_;
  const base::Clock& clock_;
  const Options& options_;
  base::Micros every_ = 0;  // 0 = never
  base::Micros next_ = 0;   // monotonic
};

}  // namespace tricircle::engine
