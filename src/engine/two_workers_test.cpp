// Two workers, each with a runtime and a database of its own on one file, as two processes have.
#include "engine/test_worker.hpp"
#include "engine/worker.hpp"

namespace tricircle::engine {
namespace {

using storage::Connection;

constexpr int kLanes = 12;
constexpr int kWishes = 8;
constexpr char kOpenJobs[] = "SELECT count(*) AS n FROM jobs WHERE status <> 'SUCCESS'";

class Process {
 public:
  Process(const storage::TestFolder& folder, const std::string& name, Log& log)
      : store_(storage::open_sqlite(folder.file())), name_(name), log_(log) {
    Options options;
    options.poll = 5 * base::kMillisecond;
    options.first_backoff = base::kMillisecond;
    options.longest_backoff = 5 * base::kMillisecond;
    worker_ = std::make_unique<Worker>(runtime_, *store_, clock_, options, folder.path() / "workers");
  }
  ~Process() {
    worker_.reset();
    runtime_.stop();
  }

  void start() {
    runtime_.start();
    worker_->start([this](Lane lane) { return run(std::move(lane)); },
                   [](std::string) -> base::Awaitable<bool> { co_return true; });
  }
  storage::Database& store() { return *store_; }
  void stop() { worker_->stop(10); }

 private:
  base::Awaitable<void> run(Lane lane) {
    const std::string object = lane.key.object_id;
    std::int64_t wish = 0;
    log_.note("inside " + object);
    co_await runtime_.blocking([&] {
      store_->read([&](Connection& db) {
        wish = db.execute("SELECT max(wanted) AS n FROM jobs WHERE object_id = ?", {object}).front().integer("n");
      });
    });
    log_.note("inside " + object, -1);
    if (log_.note("runs") % 5 == 0) throw RunFailed(RunFailed::Why::again, "one in five fails");
    co_await runtime_.blocking([&] {
      store_->write([&](Connection& db) {
        finish(db, lane, std::nullopt, 0);
        close_jobs(db, lane, wish, "", clock_.now());
      });
    });
    log_.note(name_);
  }

  const base::SystemClock clock_;
  std::unique_ptr<storage::Database> store_;
  base::Runtime runtime_{4};
  std::string name_;
  Log& log_;
  std::unique_ptr<Worker> worker_;
};

TEST(TwoWorkers, NeverHoldOneLaneTogetherAndLeaveNoWishUndone) {
  const storage::TestFolder folder;
  const base::SystemClock clock;
  Log log;
  Process one(folder, "one", log);
  Process other(folder, "other", log);
  storage::upgrade(one.store());
  one.start();
  other.start();
  for (int wish = 1; wish <= kWishes; ++wish) {
    for (int i = 0; i < kLanes; ++i) {
      const LaneKey key{"pod" + std::to_string(i % 3), "port", "p" + std::to_string(i)};
      (i % 2 == 0 ? one : other).store().write([&](Connection& db) {
        add_job(db, {"update_port", "acme", {}, key, wish, ""}, clock.now());
      });
    }
  }
  EXPECT_TRUE(eventually([&] { return storage::number_of(one.store(), kOpenJobs) == 0; }));
  one.stop();
  other.stop();
  for (int i = 0; i < kLanes; ++i) EXPECT_EQ(log.most("inside p" + std::to_string(i)), 1);
  EXPECT_EQ(storage::number_of(one.store(), "SELECT count(*) AS n FROM lanes WHERE worker <> ''"), 0);
  EXPECT_EQ(storage::number_of(one.store(), "SELECT count(*) AS n FROM workers"), 0);
}

TEST(TwoWorkers, WhatOneLeavesAtItsEndTheOtherTakesUp) {
  const storage::TestFolder folder;
  const base::SystemClock clock;
  Log log;
  Process other(folder, "other", log);
  storage::upgrade(other.store());
  {
    Process one(folder, "one", log);
    one.start();
    one.store().write(
        [&](Connection& db) { add_job(db, {"update_port", "acme", {}, {"pod1", "port", "a"}, 1, ""}, clock.now()); });
    one.stop();
  }
  other.start();
  other.store().write(
      [&](Connection& db) { add_job(db, {"update_port", "acme", {}, {"pod1", "port", "b"}, 1, ""}, clock.now()); });
  EXPECT_TRUE(log.wait_for("other"));
  EXPECT_TRUE(eventually([&] { return storage::number_of(other.store(), kOpenJobs) == 0; }));
}

}  // namespace
}  // namespace tricircle::engine
