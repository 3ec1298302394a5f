#include "xjob/pausing.hpp"

#include "engine/pause.hpp"
#include "xjob/binding_job.hpp"
#include "xjob/test_run.hpp"

namespace tricircle::xjob {
namespace {

// The pod answers nobody: a run that calls it fails.
class PausingTest : public RunTest {
 protected:
  PausingTest() {
    add_pod("pod1");
    add_policy("gold");
    add_network("net");
    route(kNetwork, "net", "pod1");
    associate(kNetwork, "net", "gold");
    made_copy("gold", "pod1");
    write([&](Connection& db) { engine::pause(db, kPolicyLane, "gold", now()); });
  }
  void run_it() { run(run_binding, net_); }
  std::int64_t waited_for() { return number("SELECT waited_for AS n FROM copies"); }

  const engine::LaneKey net_ = binding_lane("pod1", kNetwork, "net");
  const engine::LaneKey gold_ = copy_lane("pod1", "gold");
};

TEST_F(PausingTest, ABindingThatWouldBringAPausedPolicyStepsAsideAndSaysWhy) {
  run_it();
  EXPECT_EQ(lane(net_).due_at, std::nullopt);
  EXPECT_EQ(lane(net_).worker, "");
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0].status, engine::kNew);
  EXPECT_EQ(jobs()[0].last_error, "the policy is paused by the operator");
  EXPECT_EQ(lane(gold_).due_at, now()) << "the copy's run will wake it";
  EXPECT_EQ(waited_for(), 1);
}

TEST_F(PausingTest, TheCopysNextRunIsToldOnceThatABindingWaits) {
  run_it();
  EXPECT_TRUE(write([](Connection& db) { return take_awaited(db, "gold", "pod1"); }));
  EXPECT_FALSE(write([](Connection& db) { return take_awaited(db, "gold", "pod1"); }));
}

TEST_F(PausingTest, WhatIsInPlaceAlreadyNeedsNoCallAndIsRecorded) {
  bind(kNetwork, "net", "pod1", "gold");
  run_it();
  EXPECT_EQ(jobs()[0].status, engine::kSuccess);
}

TEST_F(PausingTest, TakingAPausedPolicyOffGoesOn) {
  bind(kNetwork, "net", "pod1", "gold");
  associate(kNetwork, "net", "");
  EXPECT_THROW(run_it(), engine::RunFailed) << "the pod was not called";
}

TEST_F(PausingTest, AnotherPolicyInItsPlaceIsNotHeldUp) {
  bind(kNetwork, "net", "pod1", "gold");
  add_policy("silver");
  associate(kNetwork, "net", "silver");
  run_it();
  EXPECT_TRUE(has_lane(copy_lane("pod1", "silver"))) << "it steps aside for its copy as ever";
  EXPECT_EQ(waited_for(), 0);
}

TEST_F(PausingTest, AResumeBesideTheRunMakesItDueAtOnce) {
  write([](Connection& db) { engine::resume(db, kPolicyLane, "gold"); });
  const engine::Lane held = claim_one(net_);
  write([&](Connection& db) { wait_for_resume(db, held, "gold", now(), base::kSecond); });
  EXPECT_EQ(lane(net_).due_at, now());
}

TEST_F(PausingTest, ALaneWhoseLastCallWasLostLooksAgainLater) {
  engine::Lane held = claim_one(net_);
  held.uncertain_until = now() + 7 * base::kSecond;
  write([&](Connection& db) { wait_for_resume(db, held, "gold", now(), base::kSecond); });
  EXPECT_EQ(lane(net_).due_at, now() + 7 * base::kSecond);
  EXPECT_EQ(lane(net_).uncertain_until, now() + 7 * base::kSecond);
}

}  // namespace
}  // namespace tricircle::xjob
