// The making of a copy when one of its POSTs was not seen to end, or when nobody has asked for it.
#include "xjob/copy_job.hpp"

#include "xjob/scripted_run.hpp"

namespace tricircle::xjob {
namespace {

class UnseenPostTest : public ScriptedRunTest {
 protected:
  UnseenPostTest() {
    add_pod("pod1");
    add_policy("gold");
    add_network("net");
    route(kNetwork, "net", "pod1");
    associate(kNetwork, "net", "gold");
    copy("gold", "pod1");
    write([](Connection& db) { db.execute("UPDATE copies SET mark = 'unseen'"); });
    wake_now(gold_);
    pod_.show_list("policies", {});
  }
  void uncertain_until(base::Micros when) {
    write([&](Connection& db) { db.execute("UPDATE lanes SET uncertain_until = ? WHERE kind = 'policy'", {when}); });
  }
  void run_it() { run_scripted(run_copy, gold_); }
  Copy gold() {
    return write([](Connection& db) { return find_copy(db, "gold", "pod1").value(); });
  }

  const engine::LaneKey gold_{"pod1", "policy", "gold"};
};

TEST_F(UnseenPostTest, ARefusalOfTheNextOneDoesNotForgetTheMarkOfWhatMayStillArrive) {
  const base::Micros certain = now() + base::kSecond;
  uncertain_until(certain);
  pod_.answer_next("POST", 409, "Conflict", "no");
  run_it();
  EXPECT_EQ(gold().state, kRefused);
  EXPECT_EQ(gold().mark, "unseen");
  EXPECT_EQ(lane(gold_).due_at, certain);
}

TEST_F(UnseenPostTest, ARefusalWithNothingUnderWayLeavesNoMark) {
  pod_.answer_next("POST", 409, "Conflict", "no");
  run_it();
  EXPECT_EQ(gold().state, kRefused);
  EXPECT_EQ(gold().mark, "");
}

// An audit has found that the pod has lost the copy; in a row of ours it is there, without a job.
class LostCopyTest : public ScriptedRunTest {
 protected:
  LostCopyTest() {
    add_pod("pod1");
    add_policy("gold");
    made_copy("gold", "pod1");
    write([](Connection& db) { db.execute("UPDATE copies SET state = 'drifted'"); });
    wake_now(gold_);
    pod_.answer_next("GET /v2.0/qos/policies/local gold", 404, "QosPolicyNotFound", "gone");
  }
  void run_it() { run_scripted(run_copy, gold_); }

  void add_dscp_rule() {
    write([](Connection& db) {
      db.execute(
          "INSERT INTO qos_rules (id, qos_policy_id, type, direction, dscp_mark) VALUES ('rule', 'gold', "
          "'dscp_marking', '', 10)");
    });
  }

  const engine::LaneKey gold_{"pod1", "policy", "gold"};
};

TEST_F(LostCopyTest, IfThePodWillNotTakeItAgainAFailedJobTells) {
  pod_.answer_next("POST", 409, "Conflict", "no");
  run_it();
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0].status, engine::kFail);
  EXPECT_EQ(jobs()[0].type, "qos_update");
  EXPECT_EQ(jobs()[0].resource, R"({"policy_id":"gold","pod_id":"pod1"})");
  EXPECT_EQ(jobs()[0].last_error, "no");
}

// A gateway that repeats a POST passes on the answer to the second: the pod has the rule, by the first.
TEST_F(LostCopyTest, ARuleThatIsThereAlreadyIsUnseenUntilTheNextLookSucceeds) {
  add_dscp_rule();
  pod_.answer_next("dscp_marking_rules", 409, "QoSRulesConflict", "there already");
  pod_.answer_next("GET /v2.0/qos/policies/made", 404, "", "");
  EXPECT_GT(failure_of(run_copy, gold_).uncertain_until, now());
}

TEST_F(LostCopyTest, EachRuleThatIsThereAlreadyIsLookedAtBeforeItIsARefusal) {
  add_dscp_rule();
  write([](Connection& db) {
    db.execute(
        "INSERT INTO qos_rules (id, qos_policy_id, type, direction, max_kbps, max_burst_kbps) VALUES ('limit', 'gold', "
        "'bandwidth_limit', 'egress', 7, 0)");
  });
  const auto has = [&](const std::string& rules) {
    pod_.show_policy("made 1", object_of(R"({"id": "made 1", "name": "x", "rules": [)" + rules + "]}"));
  };
  const std::string dscp = R"({"id": "there 1", "type": "dscp_marking", "dscp_mark": 10})";
  const std::string limit =
      R"({"id": "there 2", "type": "bandwidth_limit", "direction": "egress", "max_kbps": 7, "max_burst_kbps": 0})";
  for (const char* type : {"dscp_marking_rules", "bandwidth_limit_rules"})
    pod_.answer_next(type, 409, "QoSRulesConflict", "there already");
  int looks = 0;
  for (int i = 0; i < 2; ++i)
    pod_.before_next("GET /v2.0/qos/policies/made 1", [&] { has(++looks == 1 ? "" : dscp + "," + limit); });
  run_it();
  EXPECT_EQ(looks, 2);
  EXPECT_EQ(jobs().size(), 0U);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE state = 'in_sync'"), 1);
}

TEST_F(LostCopyTest, IfThePodTakesItNoneIsNeeded) {
  run_it();
  EXPECT_EQ(jobs().size(), 0U);
}

// An audit has found that both rules were changed in the pod.
TEST_F(ScriptedRunTest, WhatThePodRefusesAndThenTakesIsNoFailure) {
  add_pod("pod1");
  add_policy("gold");
  made_copy("gold", "pod1");
  write([](Connection& db) {
    db.execute("UPDATE copies SET state = 'drifted'");
    db.execute(
        "INSERT INTO qos_rules (id, qos_policy_id, type, direction, max_kbps, max_burst_kbps, dscp_mark) VALUES "
        "('limit', 'gold', 'bandwidth_limit', 'egress', 7, 0, NULL), ('dscp', 'gold', 'dscp_marking', '', NULL, NULL, "
        "10)");
  });
  pod_.show_policy("local gold", object_of(R"({"id": "local gold", "name": "gold", "rules": [
      {"id": "there 1", "type": "bandwidth_limit", "direction": "egress", "max_kbps": 9, "max_burst_kbps": 0},
      {"id": "there 2", "type": "dscp_marking", "dscp_mark": 20}]})"));
  const engine::LaneKey gold{"pod1", "policy", "gold"};
  wake_now(gold);
  pod_.answer_next("PUT /v2.0/qos/policies/local gold/bandwidth_limit_rules", 400, "HTTPBadRequest", "not now");
  pod_.answer_next("PUT /v2.0/qos/policies/local gold/dscp_marking_rules", 404, "QosRuleNotFound", "look again");
  run_scripted(run_copy, gold);
  EXPECT_EQ(jobs().size(), 0U);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE state = 'in_sync'"), 1);
}

}  // namespace
}  // namespace tricircle::xjob
