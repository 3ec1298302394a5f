// What a binding's run does with what the pod answers.
#include "xjob/binding_job.hpp"

#include "xjob/copy_job.hpp"
#include "xjob/scripted_run.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::ElementsAre;

// A binding whose last bind was not seen to end: what the pod's network bears is known when it is looked at.
// By our rows the network bears `gold`, whose copy lacks what `gold` has got since. A bind to `silver` was sent and not
// recorded, and the wish is `gold` again.
class UnseenBindTest : public ScriptedRunTest {
 protected:
  UnseenBindTest() {
    add_pod("pod1");
    add_policy("gold");
    add_network("net");
    made_copy("gold", "pod1");
    write([](Connection& db) { db.execute("UPDATE qos_policies SET intent = 7"); });
    route(kNetwork, "net", "pod1");
    bind(kNetwork, "net", "pod1", "gold");
    associate(kNetwork, "net", "gold");
    write([&](Connection& db) { db.execute("UPDATE lanes SET uncertain_until = ?", {certain_}); });
  }
  void pod_shows(boost::json::object network) { pod_.add_network("local net", std::move(network)); }
  void run_it() { run_scripted(run_binding, net_); }
  std::int64_t waited_for() { return number("SELECT waited_for AS n FROM copies"); }

  const base::Micros certain_ = now() + base::kSecond;
  const engine::LaneKey net_{"pod1", "network", "net"};
  const engine::LaneKey gold_{"pod1", "policy", "gold"};
};

TEST_F(UnseenBindTest, ANetworkThatBearsAnotherPolicyDoesNotGoBackToACopyThatIsBehind) {
  pod_shows({{"qos_policy_id", "local silver"}});
  run_it();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/networks/local net"));
  EXPECT_EQ(jobs().at(0).status, engine::kNew);
  EXPECT_EQ(lane(net_).uncertain_until, certain_);
  EXPECT_EQ(lane(gold_).due_at, now());
  EXPECT_EQ(waited_for(), 1) << "its record makes the binding due";
}

TEST_F(UnseenBindTest, OneThatBearsTheCopyIsLeftAsItIs) {
  pod_shows({{"qos_policy_id", "local gold"}});
  run_it();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/networks/local net"));
  EXPECT_EQ(jobs().at(0).status, engine::kSuccess);
  EXPECT_EQ(waited_for(), 0);
}

TEST_F(UnseenBindTest, OneThatBearsNoneTakesWhatThereIs) {
  pod_shows({});
  run_it();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/networks/local net", "PUT /v2.0/networks/local net"));
  EXPECT_EQ(jobs().at(0).status, engine::kSuccess);
}

TEST_F(UnseenBindTest, TheCopysRecordWakesABindingWithoutAJob) {
  pod_shows({{"qos_policy_id", "local silver"}});
  run_it();
  write([](Connection& db) { db.execute("DELETE FROM jobs"); });
  ASSERT_EQ(lane(net_).due_at, std::nullopt);
  run_scripted(run_copy, gold_);
  EXPECT_EQ(lane(net_).due_at, now());
}

// A bind to gold was not seen to end, and by our rows the network bears nothing. The wish is silver now.
class UnseenThenRefusedTest : public ScriptedRunTest {
 protected:
  UnseenThenRefusedTest() {
    add_pod("pod1");
    for (const char* policy : {"gold", "silver"}) {
      add_policy(policy);
      made_copy(policy, "pod1");
    }
    add_network("net");
    route(kNetwork, "net", "pod1");
    associate(kNetwork, "net", "silver");
    write([&](Connection& db) { db.execute("UPDATE lanes SET uncertain_until = ?", {now() - 1}); });
    pod_.add_network("local net", {{"qos_policy_id", "local gold"}});
  }
  void run_it() { run_scripted(run_binding, {"pod1", "network", "net"}); }
  std::int64_t known_to_bear_gold() {
    return number("SELECT count(*) AS n FROM bindings WHERE policy_id = 'gold' AND state = 'refused'");
  }
};

TEST_F(UnseenThenRefusedTest, WhereThePodWillNotTakeTheCopyWhatTheNetworkBearsIsLookedFor) {
  write([](Connection& db) {
    db.execute(
        "UPDATE copies SET ready = FALSE, state = 'refused', intent = (SELECT intent FROM qos_policies WHERE id = "
        "'silver') WHERE policy_id = 'silver'");
  });
  run_it();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/networks/local net"));
  EXPECT_EQ(known_to_bear_gold(), 1);
}

TEST_F(UnseenThenRefusedTest, WhereThePodRefusesTheBindWhatTheNetworkBearsIsKept) {
  write([](Connection& db) { db.execute("UPDATE copies SET intent = 9"); });
  pod_.answer_next("PUT", 409, "Conflict", "no");
  run_it();
  EXPECT_EQ(known_to_bear_gold(), 1);
}

// A binding without a job: the pod had lost the copy that the network bore, and it is there again.
class UnaskedBindTest : public ScriptedRunTest {
 protected:
  UnaskedBindTest() {
    add_pod("pod1");
    add_policy("gold");
    add_network("net");
    made_copy("gold", "pod1");
    route(kNetwork, "net", "pod1");
    associate(kNetwork, "net", "gold");
    write([](Connection& db) { db.execute("DELETE FROM jobs"); });
  }
  void run_it() { run_scripted(run_binding, net_); }

  engine::RunFailed failure() { return failure_of(run_binding, net_); }

  const engine::LaneKey net_{"pod1", "network", "net"};
};

TEST_F(UnaskedBindTest, ARefusalHasAFailedJobThatCanBeDoneAgain) {
  pod_.answer_next("PUT", 409, "Conflict", "no");
  run_it();
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0].status, engine::kFail);
  EXPECT_EQ(jobs()[0].type, "qos_create");
  EXPECT_EQ(jobs()[0].resource, R"({"policy_id":"gold","res_type":"network","res_id":"net","pod_id":"pod1"})");
  EXPECT_EQ(jobs()[0].last_error, "no");
  EXPECT_EQ(lane(net_).due_at, std::nullopt);
}

// A gateway that repeats a PUT passes on the answer to the second: the revision has moved, by the first.
TEST_F(UnaskedBindTest, APutThatWasAnsweredWith412IsUnseenUntilTheNextLookSucceeds) {
  pod_.answer_next("PUT", 412, "RevisionNumberConstraintFailed", "no");
  pod_.answer_next("GET", 404, "", "");
  EXPECT_GT(failure().uncertain_until, now());
}

TEST_F(UnaskedBindTest, SoIsOneThatTakesAPolicyOff) {
  write([](Connection& db) {
    associate_in(db, kNetwork, "net", "", 0);
    db.execute("UPDATE bindings SET policy_id = 'gold'");
  });
  pod_.add_network("local net", {{"qos_policy_id", "local gold"}});
  pod_.before_next("GET", [] {});
  pod_.answer_next("PUT", 412, "RevisionNumberConstraintFailed", "no");
  pod_.answer_next("GET", 404, "", "");
  EXPECT_GT(failure().uncertain_until, now());
}

TEST_F(UnaskedBindTest, ALookThatFailsBeforeAnythingIsWrittenLeavesNothingUnseen) {
  write([](Connection& db) { db.execute("UPDATE bindings SET state = 'drifted'"); });
  pod_.answer_next("GET", 404, "", "");
  EXPECT_EQ(failure().uncertain_until, 0);
}

TEST_F(UnaskedBindTest, WhatWorksNeedsNone) {
  run_it();
  EXPECT_EQ(jobs().size(), 0U);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings WHERE state = 'in_sync'"), 1);
}

}  // namespace
}  // namespace tricircle::xjob
