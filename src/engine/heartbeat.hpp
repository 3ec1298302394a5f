// A worker's sign of life and its watch over the others. A row that another has seen unmoved for `lease` by its own
// monotonic clock is a dead worker's; on one machine a file lock tells at once. Used by one Worker, on pool threads, by
// one thread at a time, but for end(), which may come beside a last beat().
#pragma once
#include "engine/worker.hpp"

#include <atomic>
#include <filesystem>
#include <map>
#include <string>

namespace tricircle::engine {

class Heartbeat {
 public:
  Heartbeat(storage::Database&, const base::Clock&, const Options&, std::filesystem::path lock_folder);
  ~Heartbeat();

  const std::string& id() const { return id_; }
  void begin();                                // the row, the file lock, and the end of dead predecessors' leases
  void beat();                                 // moves the row, ends the leases of those that have stood still too long
  void end();                                  // gives all lanes back, removes row and lock
  base::Micros last() const { return last_; }  // of the last beat that was recorded, monotonic
  std::int64_t life() const { return life_; }  // how often it has been declared dead and gone on

 private:
  struct Seen {
    std::int64_t beat = -1;
    base::Micros since = 0;
  };
  void lock_own_file();
  void bury_the_dead_of_this_machine();
  void watch_others(base::Micros begun);  // when the beat before it was
  void end_leases_of(const std::string& worker);

  storage::Database& database_;
  const base::Clock& clock_;
  const Options& options_;
  std::filesystem::path lock_folder_;
  std::string id_;
  int lock_ = -1;
  std::atomic<base::Micros> last_ = 0;
  std::atomic<std::int64_t> life_ = 0;
  std::atomic<bool> ended_ = false;
  std::map<std::string, Seen> others_;
};

}  // namespace tricircle::engine
