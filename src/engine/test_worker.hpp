// For tests of worker.hpp: runs that a test holds in its hands, and a store that fails when told to.
#pragma once
#include "engine/test_rows.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tricircle::engine {

// Shut until open() lets all coroutines through that wait and will wait. open() from any thread.
class Gate {
 public:
  explicit Gate(base::Runtime& runtime)
      : runtime_(runtime), timer_(runtime.executor(), boost::asio::steady_timer::time_point::max()) {}

  base::Awaitable<void> pass() {
    boost::system::error_code cancelled;
    if (!open_) co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  }
  void open() {
    boost::asio::post(runtime_.io(), [this] {
      open_ = true;
      timer_.cancel();
    });
  }

 private:
  base::Runtime& runtime_;
  boost::asio::steady_timer timer_;
  bool open_ = false;  // of the io thread
};

// What has happened so far, by name, and a way to wait for it.
class Log {
 public:
  int note(const std::string& what, int by = 1) {
    const std::lock_guard guard(mutex_);
    int& count = counts_[what];
    count += by;
    most_[what] = std::max(most_[what], count);
    changed_.notify_all();
    return count;
  }
  int count(const std::string& what) {
    const std::lock_guard guard(mutex_);
    return counts_[what];
  }
  int most(const std::string& what) {
    const std::lock_guard guard(mutex_);
    return most_[what];
  }
  // False after ten seconds: what was waited for has not come.
  bool wait_for(const std::string& what, int count = 1) {
    std::unique_lock guard(mutex_);
    return changed_.wait_for(guard, std::chrono::seconds(10), [&] { return counts_[what] >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> counts_;
  std::map<std::string, int> most_;
};

// For what only rows tell: looks until it is so; false after twenty seconds.
inline bool eventually(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

// A real store whose next writes can be made to fail at their very end, as a commit on a full disk does, or to be held
// up before their beginning.
class Troubled final : public storage::Database {
 public:
  Troubled(storage::Database& real, base::Runtime& runtime) : real_(real), runtime_(runtime) {}

  void read(const Work& work) override { real_.read(work); }
  void write(const Work& work) override {
    const std::function<void()> before = taken(before_next_);
    if (before) before();
    if (failures_ > 0) {
      --failures_;
      real_.write([&](storage::Connection& db) {
        work(db);
        throw storage::DbError("disk full");
      });
    }
    real_.write(work);
  }

  // On the pool, where it may be held up.
  void write_later(Work work, Done done) override {
    runtime_.post([this, work = std::move(work), done = std::move(done)]() mutable {
      Database::write_later(std::move(work), std::move(done));
    });
  }

  void fail_next(int writes) { failures_ = writes; }
  int failures_left() const { return failures_; }
  void before_next(std::function<void()> held_up) {
    const std::lock_guard guard(mutex_);
    before_next_ = std::move(held_up);
  }

 private:
  std::function<void()> taken(std::function<void()>& from) {
    const std::lock_guard guard(mutex_);
    return std::exchange(from, {});
  }

  storage::Database& real_;
  base::Runtime& runtime_;
  std::atomic<int> failures_ = 0;
  std::mutex mutex_;
  std::function<void()> before_next_;
};

}  // namespace tricircle::engine
