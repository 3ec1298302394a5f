#include "plan/plan.hpp"

#include "xjob/harmless.hpp"
#include "xjob/test_centre.hpp"

#include <gmock/gmock.h>

namespace tricircle::plan {
namespace {

using storage::Connection;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kOvn[] =
    R"({"bandwidth_limit": [{"name": "ovn", "supported_parameters": [
         {"parameter_name": "max_kbps", "parameter_type": "range", "parameter_values": {"start": 0, "end": 5000}},
         {"parameter_name": "direction", "parameter_type": "choices", "parameter_values": ["egress"]}]}],
        "minimum_bandwidth": []})";

// A policy in a pod of OpenStack's, made and bound to a network there.
class PlanTest : public xjob::CentreTest {
 protected:
  PlanTest() {
    add_pod("one");
    add_policy("gold");
    add_network("net");
    copy("gold", "one");
    write([&](Connection& db) {
      db.execute("UPDATE pods SET embedded = FALSE");
      xjob::add_routing(db, "network", "net", "local net", "one", now());
      std::optional<xjob::Copy> made = xjob::find_copy(db, "gold", "one");
      made->local_id = "local gold";
      made->attributes = {{"name", "gold"}, {"description", ""}, {"shared", false}};
      made->ready = made->tagged = true;
      made->state = xjob::kInSync;
      xjob::save_copy(db, *made, now());
    });
    bind("network", "net", "one", "gold");
    write([](Connection& db) {
      db.execute("UPDATE networks SET qos_policy_id = 'gold'");
      xjob::remember_backing(db, "net", "one", xjob::Backing::physical);
    });
    clear_jobs();
  }

  // The plan for a rule that is there from now on.
  PodPlan plan_with_rule(const std::string& type, storage::ColumnValues values) {
    Facts facts;
    write([&](Connection& db) {
      values.insert(values.begin(), {{"id", "rule"}, {"qos_policy_id", "gold"}, {"type", type}});
      storage::insert(db, "qos_rules", values);
      xjob::rules_changed(db, "gold", "acme", {now(), "change"});
      facts = facts_of(db, "change");
    });
    Plan made = make_plan(facts, {}, now());
    EXPECT_EQ(made.pods.size(), 1U);
    return made.pods.at(0);
  }

  void found_to_enforce(const std::string& types) {
    write([&](Connection& db) {
      storage::insert(db, "pod_checks",
                      {{"pod_id", "one"}, {"checked_at", now()}, {"problems", "[]"}, {"rule_types", types}});
    });
  }

  static storage::ColumnValues limit(std::int64_t burst, const std::string& direction = "egress",
                                     std::int64_t most = 1000) {
    return {{"max_kbps", most}, {"max_burst_kbps", burst}, {"direction", direction}};
  }
};

TEST_F(PlanTest, TheCallIsTheOneThatTheJobWillMake) {
  const PodPlan pod = plan_with_rule("dscp_marking", {{"dscp_mark", std::int64_t{26}}, {"direction", ""}});
  EXPECT_THAT(pod.calls, ElementsAre(Call{"POST",
                                          "/v2.0/qos/policies/local gold/dscp_marking_rules",
                                          {{"dscp_marking_rule", {{"dscp_mark", 26}}}}}));
  ASSERT_EQ(pod.touched.size(), 1U);
  EXPECT_EQ(pod.touched[0].local_id, "local net");
  EXPECT_THAT(pod.refusals, IsEmpty());
  EXPECT_THAT(pod.warnings, IsEmpty());
}

TEST_F(PlanTest, NothingOfItIsLeftInTheStore) {
  plan_with_rule("dscp_marking", {{"dscp_mark", std::int64_t{26}}, {"direction", ""}});
  EXPECT_EQ(number("SELECT count(*) AS n FROM workers"), 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE rules = '[]'"), 1);
  EXPECT_EQ(number("SELECT count(*) AS n FROM jobs WHERE status = 'NEW'"), 1);
}

TEST_F(PlanTest, ABurstBelowOnePacketIsATrapOnOvn) {
  found_to_enforce(kOvn);
  EXPECT_THAT(plan_with_rule("bandwidth_limit", limit(11)).warnings, ElementsAre(HasSubstr("OVN then drops all")));
}

TEST_F(PlanTest, ABurstThatThePodChoosesIsNone) {
  found_to_enforce(kOvn);
  EXPECT_THAT(plan_with_rule("bandwidth_limit", limit(0)).warnings, IsEmpty());
}

TEST_F(PlanTest, ASmallBurstHarmsNobodyWhereNoOvnIs) {
  found_to_enforce(R"({"bandwidth_limit": [{"name": "openvswitch", "supported_parameters": []}]})");
  EXPECT_THAT(plan_with_rule("bandwidth_limit", limit(11)).warnings, IsEmpty());
}

TEST_F(PlanTest, ValuesThatNoDriverTakesAreNamed) {
  found_to_enforce(kOvn);
  EXPECT_THAT(plan_with_rule("bandwidth_limit", limit(0, "ingress")).refusals,
              ElementsAre("bandwidth_limit ingress: no driver of the pod's Neutron takes these values"));
}

TEST_F(PlanTest, AValueAboveADriversRangeIsNamed) {
  found_to_enforce(kOvn);
  EXPECT_THAT(plan_with_rule("bandwidth_limit", limit(0, "egress", 6000)).refusals,
              ElementsAre(HasSubstr("takes these values")));
}

TEST_F(PlanTest, ATypeThatThePodLacksIsNamed) {
  found_to_enforce(kOvn);
  EXPECT_THAT(plan_with_rule("dscp_marking", {{"dscp_mark", std::int64_t{26}}, {"direction", ""}}).refusals,
              ElementsAre(HasSubstr("does not enforce this type")));
}

TEST_F(PlanTest, AGuaranteeInUseMayBeAnswered501) {
  const PodPlan pod = plan_with_rule("minimum_bandwidth", {{"min_kbps", std::int64_t{100}}, {"direction", "egress"}});
  EXPECT_THAT(pod.warnings, ElementsAre(HasSubstr("501")));
  EXPECT_EQ(pod.calls.size(), 1U);
}

TEST_F(PlanTest, AGuaranteeOnATunnelledNetworkIsNotSent) {
  write([](Connection& db) { xjob::remember_backing(db, "net", "one", xjob::Backing::none); });
  const PodPlan pod = plan_with_rule("minimum_bandwidth", {{"min_kbps", std::int64_t{100}}, {"direction", "egress"}});
  EXPECT_THAT(pod.calls, IsEmpty());
  EXPECT_THAT(pod.refusals, ElementsAre(HasSubstr("has no physical network")));
}

TEST_F(PlanTest, WhatANetworkIsMadeOnMayNotBeKnownYet) {
  write([](Connection& db) { xjob::remember_backing(db, "net", "one", xjob::Backing::unknown); });
  const PodPlan pod = plan_with_rule("minimum_bandwidth", {{"min_kbps", std::int64_t{100}}, {"direction", "egress"}});
  EXPECT_THAT(pod.warnings, testing::Contains(HasSubstr("is made on there is not known yet")));
  EXPECT_EQ(pod.calls.front().method, "GET");
}

TEST_F(PlanTest, AnUncertainLaneReadsBeforeItActs) {
  write([&](Connection& db) {
    engine::wake(db, xjob::copy_lane("one", "gold"), now(), engine::Wake::routine);
    db.execute("UPDATE lanes SET uncertain_until = ?", {now() + base::kSecond});
  });
  const PodPlan pod = plan_with_rule("dscp_marking", {{"dscp_mark", std::int64_t{26}}, {"direction", ""}});
  ASSERT_FALSE(pod.calls.empty());
  EXPECT_EQ(pod.calls.front().method, "GET");
}

TEST_F(PlanTest, TheSameWorldHasTheSameFingerprintAndAnotherHasNot) {
  const auto fingerprint = [&] {
    std::string found;
    write([&](Connection& db) {
      xjob::rules_changed(db, "gold", "acme", {now(), "change"});
      db.execute("UPDATE qos_policies SET intent = 5");
      found = fingerprint_of(facts_of(db, "change").rows);
      db.execute("DELETE FROM jobs");
    });
    return found;
  };
  const std::string before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  write([](Connection& db) { db.execute("UPDATE networks SET name = 'other', revision_number = 9"); });
  EXPECT_EQ(fingerprint(), before);
  write([](Connection& db) { db.execute("UPDATE copies SET state = 'drifted'"); });
  EXPECT_NE(fingerprint(), before);
}

// The network is to bear another policy, and nothing else has used this copy for long.
TEST_F(PlanTest, ACopyThatNothingUsesGoesAfterTheGraceThatXJobHas) {
  write([&](Connection& db) {
    db.execute("UPDATE networks SET qos_policy_id = NULL");
    db.execute("UPDATE bindings SET policy_id = ''");
    db.execute("UPDATE copies SET unused_since = ?", {now() - 10 * base::kSecond});
  });
  Facts facts;
  write([&](Connection& db) {
    xjob::policy_changed(db, "gold", "acme", {now(), "change"});
    facts = facts_of(db, "change");
  });
  const auto methods = [&](base::Micros grace) {
    std::vector<std::string> methods;
    const Plan made = make_plan(facts, {.unused_copy_grace = grace}, now());
    for (const Call& call : made.pods.at(0).calls) methods.push_back(call.method);
    return methods;
  };
  EXPECT_THAT(methods(5 * base::kSecond), ElementsAre("DELETE"));
  EXPECT_THAT(methods(60 * base::kSecond), IsEmpty());
}

TEST_F(PlanTest, AnEditThatConcernsNoPodHasNoPods) {
  Facts facts;
  write([&](Connection& db) { facts = facts_of(db, "nothing"); });
  EXPECT_THAT(make_plan(facts, {}, now()).pods, IsEmpty());
}

}  // namespace
}  // namespace tricircle::plan
