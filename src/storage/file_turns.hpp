// Turns between the processes that write one SQLite file. SQLite's own busy wait starves one side for seconds; two file
// locks do not: who waits holds `gate`, who writes holds `lock`, and the gate is let go once the lock is held.
#pragma once
#include <filesystem>

namespace tricircle::storage {

class FileTurns {
 public:
  explicit FileTurns(const std::filesystem::path& database);  // <database>.gate and .lock. Throws DbError
  ~FileTurns();
  FileTurns(const FileTurns&) = delete;
  FileTurns& operator=(const FileTurns&) = delete;

  void take();  // blocks
  void give();

 private:
  int gate_ = -1;
  int lock_ = -1;
};

// One turn, given up at the end of the scope; of no turns (a store that no other process sees) it is nothing.
class Turn {
 public:
  explicit Turn(FileTurns* turns) : turns_(turns) {
    if (turns_ != nullptr) turns_->take();
  }
  ~Turn() {
    if (turns_ != nullptr) turns_->give();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  FileTurns* turns_;
};

}  // namespace tricircle::storage
