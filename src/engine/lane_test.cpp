#include "engine/lane.hpp"

#include "engine/test_rows.hpp"

#include <set>

namespace tricircle::engine {
namespace {

using storage::Connection;

class LaneTest : public RowsTest {
 protected:
  LaneTest() {
    add_worker("w1");
    add_worker("w2");
  }
  void wake_at(base::Micros due, Wake how = Wake::routine) {
    write([&](Connection& db) { wake(db, key_, due, how); });
  }
  void finish_lane(const Lane& held, std::optional<base::Micros> due = std::nullopt, base::Micros uncertain = 0) {
    write([&](Connection& db) { finish(db, held, due, uncertain); });
  }
  const LaneKey key_{"pod1", "port", "p1"};
};

TEST_F(LaneTest, AWakeMakesTheLaneDue) {
  wake_at(now());
  EXPECT_EQ(lane(key_).due_at, now());
  EXPECT_EQ(lane(key_).worker, "");
  EXPECT_EQ(lane(key_).uncertain_until, 0);
}

TEST_F(LaneTest, OfTwoWakesTheEarlierStays) {
  wake_at(now() + 10);
  wake_at(now() + 20);
  EXPECT_EQ(lane(key_).due_at, now() + 10);
  wake_at(now() + 5);
  EXPECT_EQ(lane(key_).due_at, now() + 5);
}

TEST_F(LaneTest, AFreshWishClearsTheBackoffAndARoutineWakeDoesNot) {
  wake_at(now());
  const Lane held = claim_one(key_);
  write([&](Connection& db) { put_back(db, held, RunFailed(RunFailed::Why::again, "no"), now(), Options{}); });
  wake_at(now());
  EXPECT_EQ(lane(key_).attempts, 1);
  wake_at(now(), Wake::fresh_wish);
  EXPECT_EQ(lane(key_).attempts, 0);
  EXPECT_EQ(lane(key_).due_at, now());
}

TEST_F(LaneTest, AClaimHoldsTheLaneUntilItIsFinished) {
  wake_at(now());
  const Lane held = claim_one(key_);
  EXPECT_EQ(held.key, key_);
  EXPECT_EQ(lane(key_).worker, "w1");
  EXPECT_EQ(lane(key_).number, held.number);
  EXPECT_EQ(lane(key_).due_at, std::nullopt);
  finish_lane(held);
  EXPECT_EQ(lane(key_).worker, "");
  EXPECT_EQ(lane(key_).due_at, std::nullopt);
}

TEST_F(LaneTest, AWakeDuringARunIsKeptByItsEnd) {
  wake_at(now());
  const Lane held = claim_one(key_);
  wake_at(now() + 3);
  finish_lane(held);
  EXPECT_EQ(lane(key_).due_at, now() + 3);
}

TEST_F(LaneTest, AnEndThatAsksForAnotherRunKeepsAnEarlierWake) {
  wake_at(now());
  Lane held = claim_one(key_);
  wake_at(now() - 3);
  finish_lane(held, now() + 50, now() + 50);
  EXPECT_EQ(lane(key_).due_at, now() - 3);
  EXPECT_EQ(lane(key_).uncertain_until, now() + 50);
  held = claim_one(key_);
  EXPECT_TRUE(held.uncertain());
  finish_lane(held, now() + 50, 0);
  EXPECT_EQ(lane(key_).due_at, now() + 50);
  EXPECT_EQ(lane(key_).uncertain_until, 0);
}

TEST_F(LaneTest, ALeaseIsProvedByWorkerAndNumber) {
  wake_at(now());
  const Lane held = claim_one(key_);
  write([&](Connection& db) { confirm(db, held); });
  Lane other = held;
  other.worker = "w2";
  EXPECT_THROW(write([&](Connection& db) { confirm(db, other); }), LeaseLost);
  other = held;
  ++other.number;
  EXPECT_THROW(write([&](Connection& db) { confirm(db, other); }), LeaseLost);
}

TEST_F(LaneTest, AStaleLeaseChangesNothingNorDoesItsRecord) {
  wake_at(now());
  const Lane stale = claim_one(key_);
  finish_lane(stale);
  wake_at(now());
  const Lane held = claim_one(key_, "w1");
  const auto record = [&](Connection& db) {
    db.execute("INSERT INTO workers (id, name, beat) VALUES ('a record', '', 0)");
    finish(db, stale, now() - 100, now() + 100);
  };
  EXPECT_THROW(write(record), LeaseLost);
  EXPECT_THROW(write([&](Connection& db) { confirm(db, stale); }), LeaseLost);
  EXPECT_EQ(lane(key_).worker, "w1");
  EXPECT_EQ(lane(key_).number, held.number);
  EXPECT_EQ(lane(key_).due_at, std::nullopt);
  EXPECT_EQ(lane(key_).uncertain_until, 0);
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM workers WHERE id = 'a record'"), 0);
  write([&](Connection& db) { confirm(db, held); });
}

TEST_F(LaneTest, FinishingTwiceIsALostLease) {
  wake_at(now());
  const Lane held = claim_one(key_);
  finish_lane(held);
  EXPECT_THROW(finish_lane(held), LeaseLost);
}

TEST_F(LaneTest, TakeHoldsLanesThatAreNotDueAndMakesThoseThatAreMissing) {
  const LaneKey other{"pod2", "port", "p1"};
  wake_at(now() + 1000);
  const auto taken = write([&](Connection& db) { return take(db, {key_, other}, "w1"); });
  ASSERT_TRUE(taken.has_value());
  ASSERT_EQ(taken->size(), 2U);
  EXPECT_EQ(lane(key_).worker, "w1");
  EXPECT_EQ(lane(other).worker, "w1");
  write([&](Connection& db) {
    for (const Lane& held : *taken) confirm(db, held);
    for (const Lane& held : *taken) finish(db, held, std::nullopt, 0);
  });
  EXPECT_EQ(lane(key_).due_at, now() + 1000);
  EXPECT_EQ(lane(other).due_at, std::nullopt);
}

TEST_F(LaneTest, TakeIsAllOrNothing) {
  const LaneKey free{"pod0", "port", "p1"};
  wake_at(now());
  claim_one(key_, "w2");
  const auto taken = write([&](Connection& db) { return take(db, {free, key_}, "w1"); });
  EXPECT_FALSE(taken.has_value());
  EXPECT_EQ(lane(free).worker, "");
  EXPECT_EQ(lane(key_).worker, "w2");
}

TEST_F(LaneTest, AWorkerWithoutARowTakesNothing) {
  const auto taken = write([&](Connection& db) { return take(db, {key_}, "buried"); });
  EXPECT_FALSE(taken.has_value());
  EXPECT_FALSE(has_lane(key_));
}

TEST_F(LaneTest, ATakenLaneCannotBeClaimed) {
  wake_at(now());
  write([&](Connection& db) { take(db, {key_}, "w1"); });
  EXPECT_TRUE(write([&](Connection& db) { return claim(db, {candidate(db, key_)}, "w2", now()); }).empty());
}

TEST_F(LaneTest, ForgetRemovesOnlyALaneThatIsFreeNotDueAndWantedByNoJob) {
  wake_at(now() + 1000);
  write([&](Connection& db) { forget(db, key_); });
  EXPECT_TRUE(has_lane(key_)) << "somebody waits for this run";
  clock_.advance(1000);
  const Lane held = claim_one(key_);
  write([&](Connection& db) { forget(db, key_); });
  EXPECT_TRUE(has_lane(key_)) << "it is held";
  finish_lane(held);
  const std::string waiting = add({"update_port", "acme", {}, key_, 1, ""});
  finish_lane(claim_one(key_));
  write([&](Connection& db) { forget(db, key_); });
  EXPECT_TRUE(has_lane(key_)) << "a job would be without its lane";
  write([&](Connection& db) { close_jobs(db, lane_now(db, key_), kGone, "", now()); });
  EXPECT_EQ(status(waiting), kSuccess);
  write([&](Connection& db) { forget(db, key_); });
  EXPECT_FALSE(has_lane(key_));
  write([&](Connection& db) { forget(db, key_); });
}

TEST_F(LaneTest, ALaneMadeAnewNeverRepeatsTheNumberOfALease) {
  std::set<std::int64_t> numbers;
  for (int i = 0; i < 50; ++i) {
    wake_at(now());
    const Lane held = claim_one(key_);
    EXPECT_TRUE(numbers.insert(held.number).second);
    finish_lane(held);
    write([&](Connection& db) { forget(db, key_); });
  }
}

// On several nodes of a store only rows that two transactions have both written make one of them wait or run again.
TEST_F(LaneTest, AWakeWritesTheRowAlsoWhereItIsDueAlready) {
  wake_now(key_);
  const auto touched = [&] { return storage::number_of(*store_, "SELECT touched AS n FROM lanes"); };
  const std::int64_t before = touched();
  wake_now(key_);
  EXPECT_GT(touched(), before);
}

}  // namespace
}  // namespace tricircle::engine
