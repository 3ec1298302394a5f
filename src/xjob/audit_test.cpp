// What audits conclude from what a pod shows, and what they leave alone. The pod has two networks that bear gold.
#include "xjob/audit.hpp"

#include "xjob/binding_job.hpp"
#include "xjob/drift.hpp"
#include "xjob/scripted_pod.hpp"
#include "xjob/test_run.hpp"
#include "xjob/unused_copy.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AuditTest : public RunTest {
 protected:
  AuditTest() {
    add_pod("pod1");
    add_policy("gold");
    copy("gold", "pod1");
    for (const std::string id : {"one", "two"}) {
      add_network(id);
      route(kNetwork, id, "pod1");
      write([&](Connection& db) { db.execute("UPDATE networks SET qos_policy_id = 'gold'"); });
      bind(kNetwork, id, "pod1", "gold");
    }
    write([&](Connection& db) {
      Copy made = find_copy(db, "gold", "pod1").value();
      made.local_id = "local gold";
      made.attributes = object_of(R"({"name": "gold", "description": "", "shared": false})");
      made.ready = made.tagged = true;
      made.intent = 1;
      made.state = kInSync;
      save_copy(db, made, now());
    });
    pod_.show_list("policies", {shown_gold("gold")});
    pod_.show_list("networks", {shown_network("one", "local gold"), shown_network("two", "local gold")});
    clear_jobs();
  }

  static boost::json::object shown_gold(const std::string& name) {
    return {{"id", "local gold"}, {"name", name},          {"description", ""},
            {"shared", false},    {"rules", json_array()}, {"revision_number", 4}};
  }
  static boost::json::array json_array() { return {}; }
  static boost::json::object shown_network(const std::string& id, const std::string& policy) {
    boost::json::object network{{"id", "local " + id}, {"qos_policy_id", nullptr}, {"revision_number", 7}};
    if (!policy.empty()) network["qos_policy_id"] = policy;
    return network;
  }

  // A whole one, page by page; what it wakes is left alone.
  void audit() {
    write([&](Connection& db) { ask_for_audit(db, "pod1", now()); });
    do {
      one_run();
      clock_.advance(scripted_.upkeep.audit_pause);
    } while (number("SELECT count(*) AS n FROM audits WHERE ended_at IS NULL") != 0);
  }
  void one_run() {
    const engine::Lane lane = claim_one({"pod1", kAuditLane, "pod1"});
    boost::asio::co_spawn(runtime_.io(), run_audit(scripted_, lane), boost::asio::use_future).get();
  }
  std::vector<std::string> drifts() {
    return write([](Connection& db) {
      std::vector<std::string> words;
      const auto found = db.execute("SELECT found FROM drifts WHERE ended_at IS NULL ORDER BY central_id");
      for (const storage::Row& row : found.rows()) words.push_back(row.text("found"));
      return words;
    });
  }
  bool is_due(const std::string& kind, const std::string& id) {
    return number("SELECT count(*) AS n FROM lanes WHERE kind = '" + kind + "' AND object_id = '" + id +
                  "' AND due_at IS NOT NULL") != 0;
  }
  std::string state(const std::string& network) {
    return write([&](Connection& db) { return find_binding(db, kNetwork, network, "pod1")->state; });
  }
  // As the run leaves it that found it gone.
  void gone(const std::string& network) {
    write([&](Connection& db) {
      Binding binding = find_binding(db, kNetwork, network, "pod1").value();
      binding.policy_id.clear();
      binding.state = kRefused;
      binding.last_error = not_there(kNetwork);
      save_binding(db, binding, now());
    });
  }
  const engine::LaneKey one_{"pod1", kNetwork, "one"};

  ScriptedPod pod_;
  remote::Identities to_pod_{pod_, runtime_, clock_, {}};
  Context scripted_{runtime_, troubled_, clock_, to_pod_, worker_, looks_};
};

TEST_F(AuditTest, WhatIsAsItShouldBeCostsACallForEachPageAndWakesNothing) {
  audit();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/qos/policies", "GET /v2.0/networks"));
  EXPECT_THAT(drifts(), IsEmpty());
  EXPECT_FALSE(is_due(kNetwork, "one"));
  EXPECT_FALSE(is_due(kPolicyLane, "gold"));
  EXPECT_EQ(number("SELECT looked AS n FROM audits"), 3);
}

TEST_F(AuditTest, WhatDiffersIsKeptAndItsLaneIsDue) {
  pod_.show_list("policies", {shown_gold("mine")});
  pod_.show_list("networks", {shown_network("one", ""), shown_network("two", "local gold")});
  audit();
  EXPECT_THAT(drifts(), ElementsAre(HasSubstr("name is \"mine\""), HasSubstr("no policy instead of local gold")));
  EXPECT_TRUE(is_due(kPolicyLane, "gold"));
  EXPECT_TRUE(is_due(kNetwork, "one"));
  EXPECT_FALSE(is_due(kNetwork, "two"));
  EXPECT_EQ(state("one"), kDrifted);
}

TEST_F(AuditTest, UnderReportItIsShownAndNothingIsDue) {
  write([](Connection& db) { db.execute("UPDATE qos_policies SET on_drift = 'report'"); });
  pod_.show_list("networks", {shown_network("one", "another"), shown_network("two", "local gold")});
  audit();
  audit();
  EXPECT_THAT(drifts(), ElementsAre("it has policy another instead of local gold"));
  EXPECT_FALSE(is_due(kNetwork, "one"));
  EXPECT_EQ(state("one"), kDrifted);
  pod_.show_list("networks", {shown_network("one", "local gold"), shown_network("two", "local gold")});
  audit();
  EXPECT_TRUE(is_due(kNetwork, "one")) << "its run says what its state is now";
}

TEST_F(AuditTest, AListThatLacksAnObjectSaysNothingOfIt) {
  pod_.show_list("networks", {});
  audit();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/qos/policies", "GET /v2.0/networks",
                                             "GET /v2.0/networks/local one", "GET /v2.0/networks/local two"));
  EXPECT_THAT(drifts(), IsEmpty());
}

TEST_F(AuditTest, OnlyThePodsOwnWordMakesAnObjectGone) {
  pod_.show_list("networks", {shown_network("two", "local gold")});
  pod_.answer_next("networks/local one", 404, "", "a gateway's page");
  write([&](Connection& db) { ask_for_audit(db, "pod1", now()); });
  one_run();
  clock_.advance(scripted_.upkeep.audit_pause);
  EXPECT_THROW(one_run(), engine::RunFailed);
  EXPECT_THAT(drifts(), IsEmpty());
}

TEST_F(AuditTest, AnObjectThatThePodSaysIsGoneHasDrifted) {
  pod_.show_list("networks", {shown_network("two", "local gold")});
  pod_.answer_next("networks/local one", 404, "NetworkNotFound", "it is not there");
  audit();
  EXPECT_THAT(drifts(), ElementsAre("the pod has no such network"));
}

TEST_F(AuditTest, OfWhatIsGoneAndBearsNothingNothingIsTold) {
  gone("one");
  pod_.show_list("networks", {shown_network("two", "local gold")});
  audit();
  EXPECT_THAT(drifts(), IsEmpty());
  EXPECT_FALSE(is_due(kNetwork, "one"));
}

TEST_F(AuditTest, WhatWasGoneAndIsThereAgainGetsItsPolicy) {
  gone("one");
  pod_.show_list("networks", {shown_network("one", ""), shown_network("two", "local gold")});
  audit();
  EXPECT_THAT(drifts(), ElementsAre("it is there again"));
  EXPECT_TRUE(is_due(kNetwork, "one"));
}

TEST_F(AuditTest, WhatHasBeenWorkedOnSinceOurRowsWereReadIsNoDrift) {
  pod_.show_list("networks", {shown_network("one", ""), shown_network("two", "")});
  wake_now(one_);
  const engine::Lane ended = claim_one(one_);
  write([&](Connection& db) { engine::finish(db, ended, std::nullopt, 0); });
  pod_.before_next("GET /v2.0/networks", [&] {
    wake_now(one_);
    const engine::Lane again = claim_one(one_);
    write([&](Connection& db) { engine::finish(db, again, std::nullopt, 0); });
  });
  audit();
  EXPECT_EQ(number("SELECT count(*) AS n FROM drifts WHERE central_id = 'one'"), 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM drifts WHERE central_id = 'two'"), 1);
}

TEST_F(AuditTest, WhatIsDueHeldUncertainOrCancelledIsNotAskedAbout) {
  wake_now(one_);
  write([](Connection& db) { db.execute("UPDATE bindings SET state = 'cancelled' WHERE central_id = 'two'"); });
  audit();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/qos/policies"));
}

TEST_F(AuditTest, UnderNoWishOnlyOurOwnPolicyIsDrift) {
  write([](Connection& db) {
    db.execute("UPDATE networks SET qos_policy_id = NULL");
    db.execute("UPDATE bindings SET policy_id = ''");
  });
  pod_.show_list("networks", {shown_network("one", "the region's own"), shown_network("two", "local gold")});
  audit();
  EXPECT_THAT(drifts(), ElementsAre("it has our policy local gold, and the centre wants none"));
}

TEST_F(AuditTest, ItComesAgainWithinATenthOfItsIntervalAndNeverWithoutOne) {
  audit();
  const base::Micros due =
      number("SELECT due_at AS n FROM lanes WHERE kind = 'audit'") - now() + scripted_.upkeep.audit_pause;
  EXPECT_GE(due, scripted_.upkeep.audit_interval * 9 / 10);
  EXPECT_LE(due, scripted_.upkeep.audit_interval * 11 / 10 + base::kSecond);
  scripted_.upkeep.audit_interval = 0;
  audit();
  EXPECT_FALSE(is_due(kAuditLane, "pod1"));
}

TEST_F(AuditTest, APodThatIsGoneIsAuditedNoMore) {
  write([&](Connection& db) { ask_for_audit(db, "pod1", now()); });
  write([](Connection& db) {
    db.execute("DELETE FROM resource_routings");
    db.execute("DELETE FROM pods");
  });
  one_run();
  EXPECT_FALSE(has_lane({"pod1", kAuditLane, "pod1"}));
}

TEST_F(AuditTest, ACopyThatNothingUsesIsNotedAndAfterItsGraceItsLaneIsDue) {
  scripted_.upkeep.unused_copy_grace = base::kSecond;  // for longer the worker would be taken for dead
  const auto unused_since = [&] { return number("SELECT coalesce(unused_since, 0) AS n FROM copies"); };
  audit();
  EXPECT_EQ(unused_since(), 0);
  write([](Connection& db) {
    db.execute("UPDATE networks SET qos_policy_id = NULL");
    db.execute("UPDATE bindings SET policy_id = ''");
  });
  pod_.show_list("networks", {shown_network("one", ""), shown_network("two", "")});
  audit();
  EXPECT_NE(unused_since(), 0);
  EXPECT_FALSE(is_due(kPolicyLane, "gold"));
  clock_.advance(scripted_.upkeep.unused_copy_grace);
  audit();
  EXPECT_TRUE(is_due(kPolicyLane, "gold"));
  write([](Connection& db) { db.execute("UPDATE networks SET qos_policy_id = 'gold' WHERE id = 'one'"); });
  audit();
  EXPECT_EQ(unused_since(), 0) << "it is wanted again";
}

}  // namespace
}  // namespace tricircle::xjob
