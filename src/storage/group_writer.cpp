#include "storage/group_writer.hpp"

#include <random>

namespace tricircle::storage {
namespace {

constexpr std::size_t kLargestGroup = 256;
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
  Member member{&work, nullptr};
  std::unique_lock guard(mutex_);
  waiting_.push_back(&member);
  more_.notify_one();
  ended_.wait(guard, [&] { return member.ended; });
  guard.unlock();
  if (member.error) std::rethrow_exception(member.error);
}

void GroupWriter::run() {
  for (;;) {
    Group group;
    {
      std::unique_lock guard(mutex_);
      more_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      while (!waiting_.empty() && group.size() < kLargestGroup) {
        group.push_back(waiting_.front());
        waiting_.pop_front();
      }
    }
    write_group(group);
    const std::lock_guard guard(mutex_);
    for (Member* member : group) member->ended = true;
    ended_.notify_all();
  }
}

void GroupWriter::write_group(const Group& group) {
  if (group.size() > 1) {
    try {
      return transaction(group);
    } catch (...) {
      // What took the transaction may be one member's doing: each gets one of its own.
    }
  }
  for (Member* member : group) write_singly(*member);
}

void GroupWriter::write_singly(Member& member) {
  for (int attempt = 1;; ++attempt) {
    try {
      return transaction({&member});
    } catch (const Busy&) {
      member.error = std::current_exception();
    } catch (...) {
      member.error = std::current_exception();
      return;
    }
    if (attempt == kMostTries) return;
    short_random_wait(attempt);
  }
}

void GroupWriter::transaction(const Group& group) {
  const Turn turn(turns_.get());
  try {
    connection_->execute("BEGIN IMMEDIATE");
    for (Member* member : group) in_savepoint(*member);
    connection_->execute("COMMIT");
    ++commits_;
  } catch (...) {
    roll_back();
    throw;
  }
}

void GroupWriter::in_savepoint(Member& member) {
  member.error = nullptr;
  connection_->execute("SAVEPOINT member");
  try {
    (*member.work)(*connection_);
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
