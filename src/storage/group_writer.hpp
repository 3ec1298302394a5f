// The one writer of a process: a thread that puts all functions that wait into one transaction, each undone alone when
// it throws, and tells their callers after the COMMIT. Owned by a Database; called from any other thread.
#pragma once
#include "storage/database.hpp"
#include "storage/file_turns.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace tricircle::storage {

class GroupWriter {
 public:
  GroupWriter(std::unique_ptr<Connection> connection, std::unique_ptr<FileTurns> turns);
  ~GroupWriter();  // nobody is in submit() any more; what was submitted is written first
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // Returns after the COMMIT, or throws what `work` threw, its changes undone. std::logic_error from inside a write.
  void submit(const Database::Work& work);
  // The same for who does not wait: `done` is called on the writer's thread.
  void submit_later(Database::Work work, Database::Done done);

  std::int64_t commits() const { return commits_; }

 private:
  struct Member {
    Database::Work work;
    Database::Done done;
    std::exception_ptr error = nullptr;
  };

  void run();
  void write_group(std::span<Member> group);
  void write_singly(Member& member);
  void transaction(std::span<Member> group, bool savepoints);  // throws what takes the whole transaction
  void in_savepoint(Member& member);
  void roll_back() noexcept;

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<FileTurns> turns_;  // none for a store that no other process sees
  std::mutex mutex_;                  // of what waits
  std::condition_variable more_;
  std::deque<Member> waiting_;
  bool stopping_ = false;
  std::atomic<std::int64_t> commits_ = 0;
  std::thread thread_;
};

}  // namespace tricircle::storage
