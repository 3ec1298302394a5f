#include "xjob/cancel.hpp"

#include "xjob/binding_job.hpp"
#include "xjob/test_run.hpp"

namespace tricircle::xjob {
namespace {

class CancelTest : public RunTest {
 protected:
  CancelTest() {
    add_pod("pod1");
    add_policy("gold");
    add_network("net");
    route(kNetwork, "net", "pod1");
  }
  bool cancel_it(const std::string& id) {
    return write([&](Connection& db) { return cancel(db, id, now()); });
  }
  std::string update(std::int64_t wanted = 1, const std::string& parent = "") {
    return add({kUpdatePolicy, "acme", {}, gold_, wanted, parent});
  }
  std::string copy_state() {
    return write([](Connection& db) { return find_copy(db, "gold", "pod1").value().state; });
  }
  Binding binding() {
    return write([](Connection& db) { return find_binding(db, kNetwork, "net", "pod1").value(); });
  }
  std::string only_job() {
    return write([](Connection& db) { return db.execute("SELECT id FROM jobs").front().text("id"); });
  }

  const engine::LaneKey gold_ = copy_lane("pod1", "gold");
  const engine::LaneKey net_ = binding_lane("pod1", kNetwork, "net");
};

TEST_F(CancelTest, ACancelledJobFailsInWordsAndItsLaneIsLaidToRest) {
  copy("gold", "pod1");
  const std::string id = update();
  EXPECT_TRUE(cancel_it(id));
  EXPECT_EQ(job(id).status, engine::kFail);
  EXPECT_EQ(job(id).last_error, "cancelled by the operator");
  EXPECT_EQ(job(id).finished_at, now());
  EXPECT_EQ(lane(gold_).due_at, std::nullopt);
  EXPECT_EQ(copy_state(), kCancelled) << "the pod is behind, and everybody can see it";
}

TEST_F(CancelTest, ABindingThatIsGivenUpShowsItAndKeepsWhatThePodHas) {
  associate(kNetwork, "net", "gold");
  bind(kNetwork, "net", "pod1", "old");
  EXPECT_TRUE(cancel_it(only_job()));
  EXPECT_EQ(binding().state, kCancelled);
  EXPECT_EQ(binding().policy_id, "old");
  EXPECT_EQ(binding().last_error, "cancelled by the operator");
}

TEST_F(CancelTest, WhatAnotherJobWantsGoesOn) {
  copy("gold", "pod1");
  const std::string first = update(1);
  const std::string second = update(2);
  EXPECT_TRUE(cancel_it(first));
  EXPECT_EQ(status(second), engine::kNew);
  EXPECT_EQ(lane(gold_).due_at, now());
  EXPECT_EQ(copy_state(), kPending);
}

TEST_F(CancelTest, ALaneThatMustLookAfterALostCallStillDoes) {
  copy("gold", "pod1");
  const std::string id = update();
  const engine::Lane held = claim_one(gold_);
  write([&](Connection& db) {
    engine::put_back(db, held, engine::RunFailed(engine::RunFailed::Why::again, "lost", now() + 5), now(), {});
  });
  EXPECT_TRUE(cancel_it(id));
  EXPECT_NE(lane(gold_).due_at, std::nullopt);
  EXPECT_EQ(copy_state(), kPending);
}

TEST_F(CancelTest, OnlyWhatWaitsIsCancelled) {
  copy("gold", "pod1");
  const std::string running = update();
  claim_one(gold_);
  EXPECT_FALSE(cancel_it(running));
  EXPECT_EQ(status(running), engine::kRunning);
  const std::string parent =
      write([&](Connection& db) { return engine::add_parent(db, kUpdatePolicy, "acme", {}, 1, now()); });
  EXPECT_FALSE(cancel_it(parent));
  EXPECT_FALSE(cancel_it("nobody"));
}

TEST_F(CancelTest, AParentEndsWithItsLastChild) {
  copy("gold", "pod1");
  const std::string parent =
      write([&](Connection& db) { return engine::add_parent(db, kUpdatePolicy, "acme", {}, 1, now()); });
  const std::string child = update(1, parent);
  write([&](Connection& db) { engine::advance_parent(db, parent, "pod1", true, now()); });
  EXPECT_TRUE(cancel_it(child));
  EXPECT_EQ(status(parent), engine::kFail);
  EXPECT_EQ(job(parent).last_error, "1 failed; one of them: cancelled by the operator");
}

TEST_F(CancelTest, WhatIsRefusedOrHeldStaysSo) {
  copy("gold", "pod1");
  write([](Connection& db) { db.execute("UPDATE copies SET state = 'refused'"); });
  EXPECT_TRUE(cancel_it(update()));
  EXPECT_EQ(copy_state(), kRefused);
}

TEST_F(CancelTest, WhoeverAsksAgainTakesTheCancelBack) {
  copy("gold", "pod1");
  cancel_it(update());
  write([&](Connection& db) { take_back_cancel(db, gold_, now()); });
  EXPECT_EQ(copy_state(), kPending);
  associate(kNetwork, "net", "gold");
  write([&](Connection& db) { db.execute("UPDATE bindings SET state = 'cancelled'"); });
  write([&](Connection& db) { take_back_cancel(db, net_, now()); });
  EXPECT_EQ(binding().state, kPending);
}

TEST_F(CancelTest, AWishThatWasGivenUpAndIsTakenBackIsForgotten) {
  associate(kNetwork, "net", "gold");
  cancel_it(only_job());
  clear_jobs();
  associate(kNetwork, "net", "");
  ASSERT_EQ(jobs().size(), 1U);
  run(run_binding, net_);
  EXPECT_EQ(binding().state, kInSync);
}

TEST_F(CancelTest, AParentThatGoesBeforeItWasSpreadLeavesItsPodsMarked) {
  for (const char* pod : {"pod2", "pod3"}) add_pod(pod);
  for (const char* pod : {"pod1", "pod2", "pod3"}) copy("gold", pod);
  write([](Connection& db) { db.execute("UPDATE copies SET intent = 2, state = 'in_sync' WHERE pod_id = 'pod2'"); });
  write([&](Connection& db) { mark_never_spread(db, kUpdatePolicy, {{"policy_id", "gold"}}, 2, now()); });
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE state = 'cancelled'"), 2);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE state = 'in_sync' AND pod_id = 'pod2'"), 1);
}

}  // namespace
}  // namespace tricircle::xjob
