// Runs that find that what they were to do is over: they end their jobs and leave nothing, and no pod is called (the
// pods of these tests do not answer).
#include "xjob/binding_job.hpp"
#include "xjob/copy_job.hpp"
#include "xjob/port_release.hpp"
#include "xjob/test_run.hpp"

namespace tricircle::xjob {
namespace {

class OverTest : public RunTest {
 protected:
  OverTest() {
    add_pod("pod1");
    add_policy("gold");
    add_network("net");
  }
  std::string ask_for(const engine::LaneKey& lane, const std::string& type) {
    return add({type, "acme", {}, lane, 1, ""});
  }
  const engine::LaneKey net_{"pod1", "network", "net"};
  const engine::LaneKey gold_{"pod1", "policy", "gold"};
};

TEST_F(OverTest, ABindingWhoseRoutingIsGoneEndsItsJobsAndItsLane) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  write([&](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  run(run_binding, net_);
  EXPECT_EQ(jobs().at(0).status, engine::kSuccess);
  EXPECT_FALSE(has_lane(net_));
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings"), 0);
}

TEST_F(OverTest, ARoutingThatComesAgainBesideTheEndOfItsRunIsNotForgotten) {
  wake_now(net_);
  troubled_.before_next([&] {
    route(kNetwork, "net", "pod1");
    associate(kNetwork, "net", "gold");
  });
  run(run_binding, net_);
  EXPECT_EQ(jobs().at(0).status, engine::kNew);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings"), 1);
  EXPECT_EQ(lane(net_).due_at, now());
}

TEST_F(OverTest, ABindingWhoseRoutingIsGoneLetsADeletedPolicysCopyGo) {
  bind(kNetwork, "net", "pod1", "long gone");
  wake_now(net_);
  run(run_binding, net_);
  EXPECT_EQ(lane({"pod1", "policy", "long gone"}).due_at, now());
}

TEST_F(OverTest, APortThatIsLetGoAtTheCentreLetsADeletedPolicysCopyGo) {
  add_port("port", "net");
  bind(kPort, "port", "pod1", "long gone");
  write([&](Connection& db) {
    Release release;
    release.port_id = "port";
    release.lanes = engine::take(db, {binding_lane("pod1", kPort, "port")}, "w1").value();
    PortReleaser::commit(db, release, 2, now());
  });
  EXPECT_EQ(lane({"pod1", "policy", "long gone"}).due_at, now());
}

// On two nodes of the store the one may not see that the policy is gone, nor the other that its copy is let go.
TEST_F(OverTest, ACopyThatWaitsForABindingMeetsItsRecordOnItsRow) {
  route(kNetwork, "net", "pod1");
  made_copy("gold", "pod1");
  bind(kNetwork, "net", "pod1", "gold");
  write([](Connection& db) { db.execute("DELETE FROM qos_policies"); });
  wake_now(gold_);
  run(run_copy, gold_);
  EXPECT_EQ(number("SELECT met AS n FROM bindings"), 1);
  EXPECT_EQ(lane(gold_).due_at, std::nullopt);
}

TEST_F(OverTest, ABindingThatIsInPlaceIsRecordedWithoutACall) {
  route(kNetwork, "net", "pod1");
  made_copy("gold", "pod1");
  bind(kNetwork, "net", "pod1", "gold");
  associate(kNetwork, "net", "gold");
  run(run_binding, net_);
  EXPECT_EQ(jobs().at(0).status, engine::kSuccess);
  EXPECT_EQ(number("SELECT intent AS n FROM bindings WHERE state = 'in_sync'"), 2);
}

TEST_F(OverTest, ACopyThatIsWantedBesideTheEndOfItsRunIsNotForgotten) {
  route(kNetwork, "net", "pod1");
  copy("gold", "pod1");
  wake_now(gold_);
  troubled_.before_next([&] {
    write([&](Connection& db) {
      associate_in(db, kNetwork, "net", "gold", now());
      want_copy(db, "gold", "pod1", now());
      await_copy(db, "gold", "pod1");
    });
  });
  run(run_copy, gold_);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 1);
  EXPECT_EQ(lane(gold_).due_at, now());
}

TEST_F(OverTest, AJobForACopyThatComesBesideTheEndOfARunIsNotDoneByIt) {
  wake_now(gold_);
  troubled_.before_next([&] {
    copy("gold", "pod1");
    ask_for(gold_, kCreatePolicy);
  });
  run(run_copy, gold_);
  EXPECT_EQ(jobs().at(0).status, engine::kNew);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 1);
  EXPECT_EQ(lane(gold_).due_at, now());
}

TEST_F(OverTest, ABindingWithoutACopyStepsAsideForIt) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  run(run_binding, net_);
  EXPECT_EQ(jobs().at(0).status, engine::kNew);
  EXPECT_EQ(lane(net_).worker, "");
  EXPECT_EQ(lane(net_).due_at, std::nullopt);
  EXPECT_EQ(lane(gold_).due_at, now());
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE policy_id = 'gold' AND pod_id = 'pod1'"), 1);
}

TEST_F(OverTest, AJobAboutACopyThatIsNotThereSucceeds) {
  const std::string id = ask_for(gold_, kDeletePolicy);
  run(run_copy, gold_);
  EXPECT_EQ(status(id), engine::kSuccess);
  EXPECT_FALSE(has_lane(gold_));
}

TEST_F(OverTest, ACopyThatWasNeverPostedAndThatNobodyWantsGoesWithoutACall) {
  copy("gold", "pod1");
  const std::string id = ask_for(gold_, kUpdatePolicy);
  run(run_copy, gold_);
  EXPECT_EQ(status(id), engine::kSuccess);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM resource_routings"), 0);
  EXPECT_FALSE(has_lane(gold_));
}

TEST_F(OverTest, ADeletedPolicysCopyThatWasNeverPostedIsForgottenWithoutACall) {
  copy("gold", "pod1");
  write([](Connection& db) { db.execute("DELETE FROM qos_policies"); });
  const std::string id = ask_for(gold_, kDeletePolicy);
  run(run_copy, gold_);
  EXPECT_EQ(status(id), engine::kSuccess);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 0);
}

TEST_F(OverTest, ARunWhosePodDoesNotAnswerIsSilentAndNotUncertainForNothingWasSent) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  wake_now(gold_);
  copy("gold", "pod1");
  try {
    run(run_copy, gold_);
    FAIL() << "there is no such pod";
  } catch (const engine::RunFailed& failure) {
    EXPECT_EQ(failure.why, engine::RunFailed::Why::pod_silent);
    EXPECT_EQ(failure.uncertain_until, 0);
  }
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE mark <> ''"), 1) << "the mark is committed before the call";
}

TEST_F(OverTest, AWorkerWhoseHeartbeatHasStoppedCallsNoPod) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  copy("gold", "pod1");
  wake_now(gold_);
  clock_.advance(engine::Options{}.stop_calling);
  try {
    run(run_copy, gold_);
    FAIL() << "it called";
  } catch (const engine::RunFailed& failure) {
    EXPECT_EQ(failure.why, engine::RunFailed::Why::again);
  }
}

}  // namespace
}  // namespace tricircle::xjob
