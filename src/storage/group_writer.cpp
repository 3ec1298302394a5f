#include "storage/group_writer.hpp"

#include "storage/counted.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <iterator>
#include <random>

namespace tricircle::storage {
namespace {

constexpr std::size_t kLargestGroup = 1024;
constexpr int kMostTries = 8;

void short_random_wait(int attempt) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const int most = 1000 << attempt;
  std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(most / 2, most)(random)));
}

}  // namespace

GroupWriter::GroupWriter(std::unique_ptr<Connection> connection, std::unique_ptr<FileTurns> turns)
    : connection_(std::move(connection)), turns_(std::move(turns)), thread_([this] { run(); }) {}

GroupWriter::~GroupWriter() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  more_.notify_all();
  thread_.join();
}

void GroupWriter::submit(const Database::Work& work) {
  if (std::this_thread::get_id() == thread_.get_id()) throw std::logic_error("a write inside a write");
  // The exception is handed over, not shared: who waits for it destroys it.
  std::exception_ptr failure;
  const auto ended = std::make_shared<std::promise<void>>();
  submit_later(std::cref(work), [ended, &failure](std::exception_ptr error) {
    failure = std::move(error);
    ended->set_value();
  });
  ended->get_future().get();
  if (failure) std::rethrow_exception(std::move(failure));
}

void GroupWriter::submit_later(Database::Work work, Database::Done done) {
  {
    const std::lock_guard guard(mutex_);
    waiting_.push_back({std::move(work), std::move(done)});
  }
  more_.notify_one();
}

void GroupWriter::run() {
  std::vector<Member> group;
  for (;;) {
    {
      std::unique_lock guard(mutex_);
      more_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kLargestGroup));
      group.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
    }
    write_group(group);
    for (Member& member : group) member.done(std::move(member.error));
    group.clear();
  }
}

void GroupWriter::write_group(std::span<Member> group) {
  // Few members throw: at first none has a savepoint, whose price each would pay at each write.
  for (const bool savepoints : {false, true}) {
    if (group.size() == 1) break;
    try {
      return transaction(group, savepoints);
    } catch (...) {
      // What took the transaction may be one member's doing: each gets one of its own in the end.
    }
  }
  for (Member& member : group) write_singly(member);
}

void GroupWriter::write_singly(Member& member) {
  for (int attempt = 1;; ++attempt) {
    try {
      return transaction({&member, 1}, false);
    } catch (const Busy&) {
      member.error = std::current_exception();
    } catch (...) {
      member.error = std::current_exception();
      return;
    }
    if (attempt == kMostTries) return;
    count_retry();
    short_random_wait(attempt);
  }
}

void GroupWriter::transaction(std::span<Member> group, bool savepoints) {
  const Turn turn(turns_.get());
  const auto begun = std::chrono::steady_clock::now();
  try {
    connection_->execute("BEGIN IMMEDIATE");
    for (Member& member : group) {
      member.error = nullptr;
      savepoints ? in_savepoint(member) : member.work(*connection_);
      // What comes next would be written by itself and at once.
      if (!connection_->in_transaction()) throw DbError("a write has lost its transaction");
    }
    connection_->execute("COMMIT");
    ++commits_;
    count_commit(group.size(), std::chrono::steady_clock::now() - begun);
  } catch (...) {
    roll_back();
    throw;
  }
}

void GroupWriter::in_savepoint(Member& member) {
  connection_->execute("SAVEPOINT member");
  try {
    member.work(*connection_);
  } catch (const Busy&) {
    throw;
  } catch (const ConnectionLost&) {
    throw;
  } catch (...) {
    member.error = std::current_exception();
  }
  // Throws when the error has taken the whole transaction with it (a full disk): then nothing of the group stands.
  if (member.error) connection_->execute("ROLLBACK TO SAVEPOINT member");
  connection_->execute("RELEASE SAVEPOINT member");
}

void GroupWriter::roll_back() noexcept {
  try {
    connection_->execute("ROLLBACK");
  } catch (...) {
    // There was no transaction any more: that is what was wanted.
  }
}

}  // namespace tricircle::storage
