#include "engine/heartbeat.hpp"

#include "engine/test_rows.hpp"
#include "storage/sql.hpp"

namespace tricircle::engine {
namespace {

namespace fs = std::filesystem;
using storage::Connection;

class HeartbeatTest : public RowsTest {
 protected:
  std::unique_ptr<Heartbeat> heartbeat(const fs::path& locks = {}) {
    return std::make_unique<Heartbeat>(*store_, clock_, options_, locks);
  }
  std::unique_ptr<Heartbeat> begun(const fs::path& locks = {}) {
    auto one = heartbeat(locks);
    one->begin();
    return one;
  }
  bool has_row(const Heartbeat& one) {
    return write(
        [&](Connection& db) { return !db.execute("SELECT id FROM workers WHERE id = ?", {one.id()}).empty(); });
  }
  Lane hold(const Heartbeat& holder) {
    wake_now(key_);
    return claim_one(key_, holder.id());
  }
  bool still_held(const Lane& held) {
    try {
      write([&](Connection& db) { confirm(db, held); });
      return true;
    } catch (const LeaseLost&) {
      return false;
    }
  }

  const Options options_;
  const LaneKey key_{"pod1", "port", "a"};
  const storage::TestFolder folder_;
};

TEST_F(HeartbeatTest, WhoStandsStillForTheLeaseIsDeadAndItsLanesAreDue) {
  const auto dead = begun();
  const auto watcher = begun();
  const Lane held = hold(*dead);
  watcher->beat();
  clock_.advance(options_.lease - 1);
  watcher->beat();
  EXPECT_TRUE(still_held(held));
  EXPECT_TRUE(has_row(*dead));
  clock_.advance(1);
  watcher->beat();
  EXPECT_FALSE(still_held(held));
  EXPECT_FALSE(has_row(*dead));
  EXPECT_EQ(lane(key_).worker, "");
  EXPECT_EQ(lane(key_).due_at, now());
  EXPECT_EQ(lane(key_).uncertain_until, now() + options_.call_deadline + options_.settle);
}

TEST_F(HeartbeatTest, WhoBeatsIsAlive) {
  const auto alive = begun();
  const auto watcher = begun();
  const Lane held = hold(*alive);
  for (int i = 0; i < 10; ++i) {
    watcher->beat();
    clock_.advance(options_.lease - 1);
    alive->beat();
  }
  EXPECT_TRUE(still_held(held));
}

TEST_F(HeartbeatTest, D30TheWatchersOwnClockCountsFromItsOwnFirstSight) {
  const auto worker = begun();
  const Lane held = hold(*worker);
  clock_.advance(100 * options_.lease);  // nobody was there to see it stand still
  const auto watcher = begun();
  watcher->beat();
  EXPECT_TRUE(still_held(held));
  clock_.advance(options_.lease);
  watcher->beat();
  EXPECT_FALSE(still_held(held));
}

TEST_F(HeartbeatTest, AWatcherThatSleptItselfDoesNotTakeItsSleepForAnothersDeath) {
  const auto worker = begun();
  const auto watcher = begun();
  watcher->beat();
  const Lane held = hold(*worker);
  clock_.advance(10 * options_.lease);
  worker->beat();
  watcher->beat();
  EXPECT_TRUE(still_held(held));
}

// As a Galera cluster answers nobody for some seconds when one of its nodes has died.
class Stalling : public storage::Database {
 public:
  Stalling(Database& inner, base::TestClock& clock) : inner_(inner), clock_(clock) {}
  void read(const Work& work) override { inner_.read(work); }
  void write(const Work& work) override {
    clock_.advance(std::exchange(stall, 0));
    inner_.write(work);
  }
  base::Micros stall = 0;  // of the next write

 private:
  Database& inner_;
  base::TestClock& clock_;
};

TEST_F(HeartbeatTest, TheStoresOwnPauseIsNobodysDeath) {
  const auto worker = begun();
  Stalling stalling(*store_, clock_);
  Heartbeat watcher(stalling, clock_, options_, {});
  watcher.begin();
  watcher.beat();
  const Lane held = hold(*worker);
  stalling.stall = 2 * options_.lease;
  watcher.beat();
  EXPECT_TRUE(still_held(held));
  clock_.advance(options_.lease);
  watcher.beat();
  EXPECT_FALSE(still_held(held));
}

TEST_F(HeartbeatTest, WhoMayNotUseTheStoreAnyMoreDoesNotBeat) {
  const auto worker = begun();
  write([&](Connection& db) {
    const std::int64_t newer = storage::known_schema_version() + 1;
    storage::insert(db, "schema_version",
                    {{"version", newer}, {"name", "later"}, {"applied_at", std::int64_t{1}}, {"works_from", newer}});
  });
  const base::Micros before = worker->last();
  clock_.advance(7);
  EXPECT_THROW(worker->beat(), storage::DbError);
  EXPECT_EQ(worker->last(), before);
  write([&](Connection& db) { db.execute("DELETE FROM schema_version WHERE name = 'later'"); });
}

TEST_F(HeartbeatTest, WhoWasDeclaredDeadGoesOnAsNew) {
  const auto worker = begun();
  const auto watcher = begun();
  const Lane lost = hold(*worker);
  watcher->beat();
  clock_.advance(options_.lease);
  watcher->beat();
  wake_now(key_);
  EXPECT_TRUE(write([&](Connection& db) { return claim(db, {candidate(db, key_)}, worker->id(), now()); }).empty());
  worker->beat();
  EXPECT_TRUE(has_row(*worker));
  EXPECT_FALSE(still_held(lost));
  const Lane again = hold(*worker);
  EXPECT_TRUE(again.uncertain());
  watcher->beat();
  clock_.advance(options_.lease - 1);
  worker->beat();
  watcher->beat();
  clock_.advance(1);
  watcher->beat();
  EXPECT_TRUE(still_held(again));
}

TEST_F(HeartbeatTest, ABeatIsRememberedAsOfItsBeginning) {
  const auto worker = begun();
  EXPECT_EQ(worker->last(), clock_.monotonic());
  clock_.advance(7);
  EXPECT_EQ(worker->last(), clock_.monotonic() - 7);
  worker->beat();
  EXPECT_EQ(worker->last(), clock_.monotonic());
}

TEST_F(HeartbeatTest, TheEndGivesTheLanesBackAndLeavesNothing) {
  const auto worker = begun(folder_.path());
  const Lane held = hold(*worker);
  EXPECT_FALSE(fs::is_empty(folder_.path()));
  worker->end();
  EXPECT_FALSE(still_held(held));
  EXPECT_EQ(lane(key_).due_at, now());
  EXPECT_FALSE(has_row(*worker));
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(HeartbeatTest, ABeatThatComesAfterTheEndLeavesNoRowBehind) {
  const auto worker = begun();
  worker->end();
  worker->beat();
  EXPECT_FALSE(has_row(*worker));
}

TEST_F(HeartbeatTest, ADeadPredecessorOfThisMachineIsBuriedAtOnce) {
  auto predecessor = begun(folder_.path());
  const Lane held = hold(*predecessor);
  const std::string id = predecessor->id();
  predecessor.reset();  // its lock goes as a killed process's does; row, file and lanes stay
  EXPECT_TRUE(still_held(held));
  const auto successor = begun(folder_.path());
  EXPECT_FALSE(still_held(held));
  EXPECT_EQ(lane(key_).due_at, now());
  EXPECT_FALSE(fs::exists(folder_.path() / (id + ".lock")));
  EXPECT_TRUE(fs::exists(folder_.path() / (successor->id() + ".lock")));
}

TEST_F(HeartbeatTest, ALivingNeighbourOfThisMachineIsNotBuried) {
  const auto neighbour = begun(folder_.path());
  const Lane held = hold(*neighbour);
  const auto other = begun(folder_.path());
  EXPECT_TRUE(still_held(held));
  EXPECT_TRUE(has_row(*neighbour));
  EXPECT_TRUE(fs::exists(folder_.path() / (neighbour->id() + ".lock")));
}

TEST_F(HeartbeatTest, AnotherMachinesWorkerIsNotBuriedByAStart) {
  const auto elsewhere = begun();
  const Lane held = hold(*elsewhere);
  const auto here = begun(folder_.path());
  EXPECT_TRUE(still_held(held));
}

}  // namespace
}  // namespace tricircle::engine
