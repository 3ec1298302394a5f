// The one writer of a process: a thread that puts all functions that wait into one transaction, each in a SAVEPOINT of
// its own, and lets their callers go after the COMMIT. Owned by a Database; submit() may be called from any other
// thread.
#pragma once
#include "storage/database.hpp"
#include "storage/file_turns.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace tricircle::storage {

class GroupWriter {
 public:
  GroupWriter(std::unique_ptr<Connection> connection, std::unique_ptr<FileTurns> turns);
  ~GroupWriter();  // nobody is in submit() any more
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // Returns after the COMMIT, or throws what `work` threw, its changes undone. std::logic_error from inside a write.
  void submit(const Database::Work& work);

  std::int64_t commits() const { return commits_; }

 private:
  struct Member {
    const Database::Work* work;
    std::exception_ptr error;
    bool ended = false;
  };
  using Group = std::deque<Member*>;

  void run();
  void write_group(const Group& group);
  void write_singly(Member& member);
  void transaction(const Group& group);  // throws what takes the whole transaction
  void in_savepoint(Member& member);
  void roll_back() noexcept;

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<FileTurns> turns_;  // none for a store that no other process sees
  std::mutex mutex_;
  std::condition_variable more_;
  std::condition_variable ended_;
  Group waiting_;
  bool stopping_ = false;
  std::atomic<std::int64_t> commits_ = 0;
  std::thread thread_;
};

}  // namespace tricircle::storage
