// Which of the due lanes are claimed first, and that none waits for ever.
#include "engine/test_plans.hpp"
#include "engine/test_rows.hpp"

#include <gmock/gmock.h>

namespace tricircle::engine {
namespace {

using storage::Connection;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PriorityTest : public RowsTest {
 protected:
  PriorityTest() { add_worker("w1"); }

  static LaneKey key(const std::string& id) { return {"pod1", "port", id}; }
  void due(const std::string& id, base::Micros at, Priority priority) {
    write([&](Connection& db) { wake(db, key(id), at, Wake::routine, priority); });
  }
  std::int64_t rank(const std::string& id) {
    return storage::number_of(*store_, "SELECT priority AS n FROM lanes WHERE object_id = '" + id + "'");
  }
  std::vector<std::string> found(std::size_t limit = 100, std::uint64_t turn = 0) {
    return write([&](Connection& db) {
      std::vector<std::string> names;
      for (const Candidate& lane : due_lanes(db, now(), {limit, 100, {}}, turn)) names.push_back(lane.key.object_id);
      return names;
    });
  }
};

TEST_F(PriorityTest, WhatMachinesWaitForComesFirstAndUpkeepLast) {
  due("upkeep", now() - 9, Priority::upkeep);
  due("normal", now() - 5, Priority::normal);
  due("live", now(), Priority::live);
  due("live before it", now() - 1, Priority::live);
  EXPECT_THAT(found(), ElementsAre("live before it", "live", "normal", "upkeep"));
  EXPECT_THAT(found(2), ElementsAre("live before it", "live"));
}

TEST_F(PriorityTest, NoneWaitsForEverBehindWhatIsMoreUrgent) {
  for (int i = 0; i < 40; ++i) due("live " + std::to_string(i), now() - 40 + i, Priority::live);
  due("normal", now(), Priority::normal);
  due("upkeep", now(), Priority::upkeep);
  const std::vector<std::string> order = found();
  ASSERT_EQ(order.size(), 42U);
  EXPECT_EQ(order.at(3), "normal");
  EXPECT_EQ(order.at(7), "upkeep") << "nothing normal is left, and its turn goes on";
  EXPECT_EQ(order.at(4), "live 3");
}

TEST_F(PriorityTest, TurnsGoOnFromOneClaimToTheNext) {
  for (int i = 0; i < 4; ++i) due("live " + std::to_string(i), now() - 4 + i, Priority::live);
  due("normal", now(), Priority::normal);
  due("upkeep", now(), Priority::upkeep);
  EXPECT_THAT(found(1, 2), ElementsAre("live 0"));
  EXPECT_THAT(found(1, 3), ElementsAre("normal")) << "one lane a claim is no reason to starve";
  EXPECT_THAT(found(1, 15), ElementsAre("upkeep"));
}

TEST_F(PriorityTest, AWakeBettersALaneAndNeverWorsensIt) {
  due("a", now(), Priority::upkeep);
  EXPECT_EQ(rank("a"), 2);
  due("a", now() + 5, Priority::live);
  EXPECT_EQ(rank("a"), 0);
  due("a", now(), Priority::normal);
  EXPECT_EQ(rank("a"), 0);
}

TEST_F(PriorityTest, AFinishedLaneIsWorthWhatItIsDueForNext) {
  due("a", now(), Priority::live);
  const Lane held = claim_one(key("a"));
  EXPECT_EQ(held.priority, Priority::live);
  write([&](Connection& db) { finish(db, held, std::nullopt, 0); });
  EXPECT_EQ(rank("a"), 2);
  due("a", now(), Priority::live);
  const Lane again = claim_one(key("a"));
  write([&](Connection& db) { finish(db, again, now() + 7, now() + 7); });
  EXPECT_EQ(rank("a"), 2) << "a second look is upkeep";
}

TEST_F(PriorityTest, WhatWakesALaneDuringItsRunIsNotForgottenAtItsEnd) {
  due("a", now(), Priority::normal);
  const Lane held = claim_one(key("a"));
  due("a", now(), Priority::live);
  write([&](Connection& db) { finish(db, held, now() + 7, now() + 7); });
  EXPECT_EQ(rank("a"), 0);
  EXPECT_EQ(lane(key("a")).due_at, now());
}

TEST_F(PriorityTest, ARunThatFailedOrWhoseWorkerDiedKeepsItsPriority) {
  due("a", now(), Priority::live);
  due("b", now(), Priority::live);
  const Lane held = claim_one(key("a"));
  claim_one(key("b"));
  write([&](Connection& db) { put_back(db, held, RunFailed(RunFailed::Why::again, "no"), now(), Options{}); });
  write([&](Connection& db) { end_leases(db, "w1", now(), Options{}); });
  EXPECT_EQ(rank("a"), 0);
  EXPECT_EQ(rank("b"), 0);
}

TEST_F(PriorityTest, AJobBringsItsPriorityAndTheSpreadingOfAParentWaitsForNothing) {
  add({"update_port", "acme", {}, key("a"), 1, "", Priority::live});
  add({"update_port", "acme", {}, key("b"), 1, ""});
  const std::string parent = write([&](Connection& db) { return add_parent(db, "qos_update", "acme", {}, 1, now()); });
  EXPECT_EQ(rank("a"), 0);
  EXPECT_EQ(rank("b"), 1);
  EXPECT_EQ(rank(parent), 0);
}

TEST_F(PriorityTest, DueLanesAreFoundAlongTheirIndexWithoutSorting) {
  if (!storage::test_mariadb_url().empty()) GTEST_SKIP() << "SQLite's plans";
  for (int i = 0; i < 50; ++i) due(std::to_string(i), now(), Priority::normal);
  std::string plans;
  store_->read([&](Connection& db) {
    Explaining explaining(db);
    due_lanes(explaining, now(), {10, 10, {}});
    plans = explaining.plans;
  });
  EXPECT_THAT(plans, HasSubstr("USING INDEX lanes_due (worker=? AND pod_id=? AND priority=? AND due_at<?)"));
  EXPECT_THAT(plans, Not(HasSubstr("SCAN lanes")));
  EXPECT_THAT(plans, Not(HasSubstr("TEMP B-TREE FOR ORDER BY")));
}

// What the statements on this connection have read so far, by MariaDB's own count.
std::int64_t rows_read(Connection& db) {
  return db
      .execute(
          "SELECT sum(variable_value) AS n FROM information_schema.session_status WHERE variable_name LIKE "
          "'Handler_read_%'")
      .front()
      .integer("n");
}

TEST_F(PriorityTest, OnMariadbTooLanesAtRestAreNotReadForEachPodThatHasWork) {
  if (storage::test_mariadb_url().empty()) GTEST_SKIP() << "what MariaDB reads";
  constexpr int kPods = 20;
  constexpr int kLanes = 50;
  write([&](Connection& db) {
    for (int i = 0; i < kPods * kLanes; ++i) {
      const LaneKey lane{"pod" + std::to_string(i % kPods), "port", std::to_string(i)};
      wake(db, lane, now(), Wake::routine, Priority::normal);
    }
    db.execute("UPDATE lanes SET due_at = NULL WHERE length(object_id) > 1");
  });
  store_->read([&](Connection& db) {
    const std::int64_t before = rows_read(db);
    EXPECT_EQ(due_lanes(db, now(), {100, 10, {}}).size(), 10U);
    EXPECT_LT(rows_read(db) - before, kPods * kLanes * 3 / 2);
  });
}

}  // namespace
}  // namespace tricircle::engine
