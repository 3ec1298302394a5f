#include "engine/claim.hpp"

#include "engine/circuit.hpp"
#include "engine/test_rows.hpp"

#include <gmock/gmock.h>

namespace tricircle::engine {
namespace {

using storage::Connection;
using testing::ElementsAre;
using testing::IsEmpty;

class ClaimTest : public RowsTest {
 protected:
  ClaimTest() {
    add_worker("w1");
    add_worker("w2");
  }
  static LaneKey port(const std::string& pod, const std::string& id) { return {pod, "port", id}; }

  void due(const LaneKey& key, base::Micros at) {
    write([&](Connection& db) { wake(db, key, at, Wake::routine); });
  }
  std::vector<std::string> found(const std::map<std::string, std::size_t>& taken = {}, std::size_t limit = 100) {
    return write([&](Connection& db) {
      std::vector<std::string> names;
      for (const Candidate& lane : due_lanes(db, now(), {limit, 2, taken})) names.push_back(lane.key.object_id);
      return names;
    });
  }
  void fail(const Lane& held, RunFailed::Why why, base::Micros uncertain = 0) {
    write([&](Connection& db) { put_back(db, held, RunFailed(why, "words", uncertain), now(), options_); });
  }
  const Options options_;
};

TEST_F(ClaimTest, LanesComeInTheOrderInWhichTheyWereDue) {
  due(port("pod1", "third"), now() - 1);
  due(port("pod1", "first"), now() - 9);
  due(port("pod2", "second"), now() - 5);
  due(port("pod1", "not yet"), now() + 1);
  EXPECT_THAT(found(), ElementsAre("first", "second", "third"));
  EXPECT_THAT(found({}, 2), ElementsAre("first", "second"));
  clock_.advance(1);
  EXPECT_EQ(found().size(), 3U) << "a pod has room for two";
}

TEST_F(ClaimTest, PodsWithoutRoomAreSkipped) {
  due(port("pod1", "a"), now());
  due(port("pod2", "b"), now());
  due({"", "job", "c"}, now());
  EXPECT_THAT(found({{"pod1", 2}}), testing::UnorderedElementsAre("b", "c"));
  EXPECT_THAT(found({{"pod1", 2}, {"pod2", 2}}), ElementsAre("c"));
}

TEST_F(ClaimTest, OfAPodNoMoreLanesAreFoundThanItHasRoomFor) {
  for (const char* id : {"a", "b", "c"}) due(port("pod1", id), now());
  due(port("pod2", "d"), now());
  EXPECT_EQ(found().size(), 3U);
  EXPECT_THAT(found({{"pod1", 1}}), testing::UnorderedElementsAre("a", "d"));
}

TEST_F(ClaimTest, PodsWhoseCircuitIsOpenAreSkippedUntilItCloses) {
  due(port("pod1", "a"), now());
  due(port("pod2", "b"), now());
  write([&](Connection& db) { open_circuit(db, "pod1", "no answer", now(), options_); });
  EXPECT_THAT(found(), ElementsAre("b"));
  write([&](Connection& db) { close_circuit(db, "pod1", now()); });
  EXPECT_THAT(found(), testing::UnorderedElementsAre("a", "b"));
}

// Between the look at a lane and its UPDATE another node commits: a whole run of that lane, which is due again after
// it.
class AnotherRunBetween final : public Connection {
 public:
  explicit AnotherRunBetween(Connection& inner) : inner_(inner) {}
  storage::Dialect dialect() const override { return inner_.dialect(); }
  bool in_transaction() const override { return inner_.in_transaction(); }
  storage::Result execute(std::string_view sql, std::span<const storage::Value> parameters) override {
    if (sql.starts_with("UPDATE lanes SET worker"))
      inner_.execute("UPDATE lanes SET number = number + 1, attempts = 3, uncertain_until = 7", {});
    return inner_.execute(sql, parameters);
  }

 private:
  Connection& inner_;
};

TEST_F(ClaimTest, ALaneThatAnotherHadMeanwhileIsHeldAsItIsNow) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  const std::vector<Lane> lanes = write([&](Connection& db) {
    AnotherRunBetween between(db);
    return claim(between, {candidate(db, key)}, "w1", now());
  });
  ASSERT_EQ(lanes.size(), 1U);
  EXPECT_EQ(lanes[0].attempts, 3);
  EXPECT_EQ(lanes[0].uncertain_until, 7);
  EXPECT_NO_THROW(write([&](Connection& db) { confirm(db, lanes[0]); }));
}

TEST_F(ClaimTest, HeldLanesAreNotFound) {
  due(port("pod1", "a"), now());
  claim_one(port("pod1", "a"));
  due(port("pod1", "a"), now());
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(ClaimTest, WhatTheWorkerHasTakenOtherwiseSinceItLookedIsNotClaimed) {
  const LaneKey held = port("pod1", "held");
  const LaneKey free = port("pod1", "free");
  for (const LaneKey& key : {held, free}) due(key, now());
  const std::vector<Candidate> seen =
      write([&](Connection& db) { return std::vector{candidate(db, held), candidate(db, free)}; });
  const auto taken = write([&](Connection& db) { return take(db, {held}, "w1"); });
  ASSERT_TRUE(taken);
  const std::vector<Lane> claimed = write([&](Connection& db) { return claim(db, seen, "w1", now()); });
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed.at(0).key, free);
  EXPECT_EQ(claimed.at(0).number, lane(free).number);
}

TEST_F(ClaimTest, OfTwoClaimsOnOneSightOneGetsTheLane) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  EXPECT_EQ(write([&](Connection& db) { return claim(db, {candidate(db, key)}, "w1", now()); }).size(), 1U);
  EXPECT_TRUE(write([&](Connection& db) { return claim(db, {candidate(db, key)}, "w2", now()); }).empty());
  EXPECT_EQ(lane(key).worker, "w1");
}

TEST_F(ClaimTest, AWorkerWithoutARowClaimsNothing) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  EXPECT_TRUE(write([&](Connection& db) { return claim(db, {candidate(db, key)}, "buried", now()); }).empty());
  EXPECT_EQ(lane(key).worker, "") << "nobody would ever end such a lease";
}

TEST_F(ClaimTest, EachClaimHasANumberOfItsOwn) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  const Lane first = claim_one(key);
  fail(first, RunFailed::Why::held);
  clock_.advance(options_.longest_backoff);
  EXPECT_GT(claim_one(key).number, first.number);
}

TEST_F(ClaimTest, AFailedRunComesAgainAfterABackoffThatGrowsToItsLimit) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  base::Micros expected = options_.first_backoff;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const Lane held = claim_one(key);
    EXPECT_EQ(held.attempts, attempt);
    fail(held, RunFailed::Why::again);
    const base::Micros wait = lane(key).due_at.value() - now();
    EXPECT_GE(wait, expected * 3 / 4);
    EXPECT_LE(wait, expected * 5 / 4);
    EXPECT_EQ(lane(key).worker, "");
    expected = std::min(expected * 2, options_.longest_backoff);
    clock_.advance(wait);
  }
  EXPECT_EQ(expected, options_.longest_backoff);
}

TEST_F(ClaimTest, WhereSomebodyElseMustActFirstTheLongestBackoffIsTakenAtOnce) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  fail(claim_one(key), RunFailed::Why::held);
  EXPECT_EQ(lane(key).due_at, now() + options_.longest_backoff);
}

TEST_F(ClaimTest, AWakeDuringAFailedRunIsNotPutOff) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  const Lane held = claim_one(key);
  due(key, now());
  fail(held, RunFailed::Why::held);
  EXPECT_EQ(lane(key).due_at, now());
}

TEST_F(ClaimTest, ASilentPodOpensItsCircuitAndTheLaneStaysDue) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  fail(claim_one(key), RunFailed::Why::pod_silent);
  EXPECT_TRUE(write([&](Connection& db) { return circuit_open(db, "pod1"); }));
  EXPECT_EQ(lane(key).due_at, now());
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(ClaimTest, ACircuitOpensAndClosesWithoutAWriteToTheLanesThatWait) {
  const LaneKey waiting = port("pod1", "b");
  due(port("pod1", "a"), now());
  due(waiting, now());
  const LaneRow before = lane(waiting);
  fail(claim_one(port("pod1", "a")), RunFailed::Why::pod_silent);
  clock_.advance(options_.longest_probe);
  write([&](Connection& db) { close_circuit(db, "pod1", now()); });
  EXPECT_EQ(lane(waiting).due_at, before.due_at);
  EXPECT_EQ(lane(waiting).attempts, 0);
  EXPECT_THAT(found(), testing::UnorderedElementsAre("a", "b"));
}

TEST_F(ClaimTest, WorkOfNoPodOpensNoCircuit) {
  const LaneKey parent{"", "job", "parent"};
  due(parent, now());
  fail(claim_one(parent), RunFailed::Why::pod_silent);
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM circuits"), 0);
  EXPECT_THAT(found(), ElementsAre("parent"));
}

TEST_F(ClaimTest, AnUnseenWriteMakesTheLaneUncertainAndALaterFailureDoesNotShortenThat) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  const base::Micros until = now() + 77;
  fail(claim_one(key), RunFailed::Why::again, until);
  EXPECT_EQ(lane(key).uncertain_until, until);
  clock_.advance(options_.longest_backoff);
  const Lane held = claim_one(key);
  EXPECT_TRUE(held.uncertain());
  fail(held, RunFailed::Why::again);
  EXPECT_EQ(lane(key).uncertain_until, until);
}

TEST_F(ClaimTest, AStaleLeasePutsNothingBackAndOpensNoCircuit) {
  const LaneKey key = port("pod1", "a");
  due(key, now());
  const Lane stale = claim_one(key);
  write([&](Connection& db) { end_leases(db, "w1", now(), options_); });
  claim_one(key, "w2");
  EXPECT_THROW(fail(stale, RunFailed::Why::pod_silent), LeaseLost);
  EXPECT_EQ(lane(key).worker, "w2");
  EXPECT_FALSE(write([&](Connection& db) { return circuit_open(db, "pod1"); }));
}

TEST_F(ClaimTest, TheLanesOfAWorkerThatIsGoneAreDueAndUncertain) {
  const LaneKey mine = port("pod1", "a");
  const LaneKey others = port("pod1", "b");
  const std::string job_id = add({"update_port", "acme", {}, mine, 1, ""});
  due(others, now());
  const Lane lost = claim_one(mine, "w1");
  const Lane kept = claim_one(others, "w2");
  clock_.advance(50);
  write([&](Connection& db) { end_leases(db, "w1", now(), options_); });
  EXPECT_EQ(lane(mine).worker, "");
  EXPECT_EQ(lane(mine).due_at, now());
  EXPECT_EQ(lane(mine).uncertain_until, now() + options_.call_deadline + options_.settle);
  EXPECT_EQ(status(job_id), kNew);
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM workers WHERE id = 'w1'"), 0);
  EXPECT_THROW(write([&](Connection& db) { confirm(db, lost); }), LeaseLost);
  write([&](Connection& db) { confirm(db, kept); });
  EXPECT_GT(claim_one(mine, "w2").number, lost.number);
}

TEST_F(ClaimTest, ALongerUncertaintyOutlivesTheEndOfALease) {
  const LaneKey key = port("pod1", "a");
  const base::Micros far = now() + 1000 * base::kSecond;
  due(key, now());
  fail(claim_one(key), RunFailed::Why::again, far);
  clock_.advance(options_.longest_backoff);
  claim_one(key);
  write([&](Connection& db) { end_leases(db, "w1", now(), options_); });
  EXPECT_EQ(lane(key).uncertain_until, far);
}

TEST_F(ClaimTest, TheBackoffHasJitter) {
  std::set<base::Micros> waits;
  for (int i = 0; i < 20; ++i) waits.insert(backoff(3, 200'000, 60'000'000));
  EXPECT_GT(waits.size(), 1U);
}

}  // namespace
}  // namespace tricircle::engine
