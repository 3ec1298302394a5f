// What a resync concludes from all that a pod shows, and what our rows have learnt when it is over. The pod's one
// network bears gold, as the centre wishes.
#include "xjob/resync.hpp"

#include "base/ids.hpp"
#include "xjob/audit.hpp"
#include "xjob/binding_job.hpp"
#include "xjob/copy_job.hpp"
#include "xjob/resync_scan.hpp"
#include "xjob/scripted_pod.hpp"
#include "xjob/test_run.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kGold = "11111111-1111-4111-8111-111111111111";
const std::string kLost = "22222222-2222-4222-8222-222222222222";  // a policy that the centre has not

class ResyncTest : public RunTest {
 protected:
  ResyncTest() {
    add_pod("pod1");
    add_policy(kGold);
    add_network("net");
    route(kNetwork, "net", "pod1");
    write([&](Connection& db) { db.execute("UPDATE networks SET qos_policy_id = ?", {kGold}); });
    pod_.show_list("ports", {});
    pod_.show_list("policies", {});
    show_network("");
    clear_jobs();
  }

  void know_copy(const std::string& local_id) {
    copy(kGold, "pod1");
    write([&](Connection& db) {
      Copy made = find_copy(db, kGold, "pod1").value();
      made.local_id = local_id;
      made.attributes = object_of(R"({"name": "gold", "description": "", "shared": false})");
      made.ready = made.tagged = true;
      made.intent = 1;
      made.state = kInSync;
      save_copy(db, made, now());
    });
  }
  void know_binding(const std::string& policy) { bind(kNetwork, "net", "pod1", policy); }

  static boost::json::object shown(const std::string& id, const std::string& central,
                                   const std::string& name = "gold") {
    boost::json::object policy = object_of(
        R"({"description": "", "shared": false, "project_id": "acme", "created_at": "2026-01-01", "rules": []})");
    policy["id"] = id;
    policy["name"] = name;
    policy["tags"] = boost::json::array{"unrelated"};
    if (!central.empty()) policy["tags"].as_array().emplace_back("tricircle:" + central);
    return policy;
  }
  void show_network(const std::string& policy, const std::string& id = "local net") {
    boost::json::object network{{"id", id}, {"qos_policy_id", nullptr}};
    if (!policy.empty()) network["qos_policy_id"] = policy;
    networks_.push_back(network);
    if (id == "local net") networks_ = {network};
    pod_.show_list("networks", networks_);
  }

  std::string resync(bool apply = true, std::int64_t yes_delete = 0) {
    clock_.advance(base::kSecond);
    const std::string id = write([&](Connection& db) { return ask_for_resync(db, "pod1", apply, yes_delete, now()); });
    const engine::Lane lane = claim_one({"pod1", kResyncLane, "pod1"});
    boost::asio::co_spawn(runtime_.io(), run_resync(scripted_, lane), boost::asio::use_future).get();
    return id;
  }
  std::vector<std::string> plan(const std::string& id) {
    return write([&](Connection& db) {
      std::vector<std::string> lines;
      const auto found = db.execute(
          "SELECT action, resource_type, central_id, local_id FROM resync_items WHERE resync_id = ? ORDER BY number",
          {id});
      for (const storage::Row& row : found.rows())
        lines.push_back(row.text("action") + " " + row.text("resource_type") + " " + row.text("central_id") + " " +
                        row.text("local_id"));
      return lines;
    });
  }
  std::string text(const std::string& query) {
    return write([&](Connection& db) { return db.execute(query).front().text("t"); });
  }
  std::string status() { return text("SELECT status AS t FROM resyncs ORDER BY asked_at DESC, id LIMIT 1"); }
  bool is_due(const engine::LaneKey& key) { return has_lane(key) && lane(key).due_at.has_value(); }

  ScriptedPod pod_;
  remote::Identities to_pod_{pod_, runtime_, clock_, {}};
  Context scripted_{runtime_, troubled_, clock_, to_pod_, worker_, looks_};
  boost::json::array networks_;
  const engine::LaneKey net_{"pod1", "network", "net"};
  const engine::LaneKey gold_{"pod1", "policy", kGold};
};

TEST_F(ResyncTest, WhereAllIsRightThePlanIsEmpty) {
  know_copy("gold there");
  know_binding(kGold);
  pod_.show_list("policies", {shown("gold there", kGold), shown("the pod's own", "", "bronze")});
  show_network("gold there");
  EXPECT_THAT(plan(resync()), IsEmpty());
  EXPECT_EQ(status(), kApplied);
  EXPECT_FALSE(is_due(net_));
  EXPECT_FALSE(is_due(gold_));
}

TEST_F(ResyncTest, ACopyThatTheCentreDoesNotKnowOfIsAdoptedWithWhatBearsIt) {
  pod_.show_list("policies", {shown("gold there", kGold)});
  show_network("gold there");
  EXPECT_THAT(plan(resync()), ElementsAre("adopt policy " + kGold + " gold there", "adopt network net local net"));
  EXPECT_EQ(text("SELECT local_id AS t FROM resource_routings WHERE resource_type = 'qos_policy'"), "gold there");
  EXPECT_EQ(text("SELECT policy_id AS t FROM bindings"), kGold);
  EXPECT_TRUE(is_due(gold_));
  EXPECT_TRUE(is_due(net_));
}

TEST_F(ResyncTest, ACopyIsFoundByTheNameThatItIsMadeWithToo) {
  pod_.show_list("policies", {shown("gold there", "", "tricircle:" + kGold + ":0123456789abcdef")});
  EXPECT_THAT(plan(resync()), testing::Contains("adopt policy " + kGold + " gold there"));
}

TEST_F(ResyncTest, AnAdoptedCopyIsReadBeforeAnythingIsWrittenAndNoSecondOneIsMade) {
  pod_.show_list("policies", {shown("gold there", kGold, "old name")});
  resync();
  pod_.take_calls();
  pod_.answer_next("GET /v2.0/qos/policies/gold there", 503, "", "later");
  const engine::Lane lane = claim_one(gold_);
  EXPECT_THROW(boost::asio::co_spawn(runtime_.io(), run_copy(scripted_, lane), boost::asio::use_future).get(),
               engine::RunFailed);
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/qos/policies/gold there"));
}

TEST_F(ResyncTest, WithoutApplyNothingIsLearnt) {
  pod_.show_list("policies", {shown("gold there", kGold), shown("lost there", kLost)});
  show_network("gold there");
  EXPECT_THAT(plan(resync(false)), testing::SizeIs(3));
  EXPECT_EQ(status(), kPlanned);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 0);
  EXPECT_FALSE(is_due(gold_));
}

TEST_F(ResyncTest, ACopyOfAPolicyThatIsNotThereGoesOnlyWhenThatWasSaid) {
  know_copy("gold there");
  know_binding(kGold);
  pod_.show_list("policies", {shown("gold there", kGold), shown("lost there", kLost)});
  show_network("gold there");
  EXPECT_THAT(plan(resync()), ElementsAre("delete policy " + kLost + " lost there"));
  EXPECT_EQ(status(), kTooMuch);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 1);
  resync(true, 1);
  EXPECT_EQ(status(), kApplied);
  const engine::LaneKey lost{"pod1", "policy", kLost};
  ASSERT_TRUE(is_due(lost));
  pod_.take_calls();
  const engine::Lane lane = claim_one(lost);
  boost::asio::co_spawn(runtime_.io(), run_copy(scripted_, lane), boost::asio::use_future).get();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("DELETE /v2.0/qos/policies/lost there"));
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 1);
}

TEST_F(ResyncTest, OfTwoCopiesOfAPolicyTheKnownOneStays) {
  know_copy("gold there");
  know_binding(kGold);
  pod_.show_list("policies", {shown("a second", kGold), shown("gold there", kGold)});
  show_network("a second");
  EXPECT_THAT(plan(resync(true, 1)), ElementsAre("delete policy a second a second", "rebind network net local net"));
  // The second one waits until the network has let go of it.
  EXPECT_EQ(text("SELECT policy_id AS t FROM bindings"), "a second");
  EXPECT_EQ(text("SELECT local_id AS t FROM resource_routings WHERE central_id = '" + kGold + "'"), "gold there");
}

TEST_F(ResyncTest, ACopyTakesThePlaceOfOneThatThePodSaysIsGone) {
  know_copy("gold of old");
  know_binding(kGold);
  pod_.show_list("policies", {shown("gold there", kGold)});
  show_network("gold there");
  pod_.answer_next("GET /v2.0/qos/policies/gold of old", 404, "QosPolicyNotFound", "no such policy");
  EXPECT_THAT(plan(resync()), ElementsAre("adopt policy " + kGold + " gold there"));
  EXPECT_EQ(text("SELECT local_id AS t FROM resource_routings WHERE resource_type = 'qos_policy'"), "gold there");
}

TEST_F(ResyncTest, OfACopyThatTheListLacksAndThePodShowsNothingIsConcluded) {
  know_copy("gold there");
  know_binding(kGold);
  show_network("gold there");
  EXPECT_THAT(plan(resync()), IsEmpty());
}

TEST_F(ResyncTest, AnEmptiedPodGetsItsCopyAnew) {
  know_copy("gold there");
  know_binding(kGold);
  pod_.answer_next("GET /v2.0/qos/policies/gold there", 404, "QosPolicyNotFound", "no such policy");
  EXPECT_THAT(plan(resync()), ElementsAre("repair policy " + kGold + " gold there", "rebind network net local net"));
  EXPECT_EQ(text("SELECT state AS t FROM copies"), kDrifted);
}

TEST_F(ResyncTest, WhatBearsOursAndIsToHaveNoneCountsAsTakenAway) {
  know_copy("gold there");
  write([&](Connection& db) { db.execute("UPDATE networks SET qos_policy_id = NULL"); });
  pod_.show_list("policies", {shown("gold there", kGold)});
  show_network("gold there");
  EXPECT_THAT(plan(resync()), ElementsAre("unbind network net local net"));
  EXPECT_EQ(status(), kTooMuch);
  EXPECT_FALSE(is_due(net_));
  resync(true, 1);
  EXPECT_TRUE(is_due(net_));
}

TEST_F(ResyncTest, TheCopyThatABindingWasThoughtToBearHearsThatItDoesNot) {
  know_copy("gold there");
  know_binding(kLost);  // its copy may wait to be let go
  pod_.show_list("policies", {shown("gold there", kGold)});
  show_network("gold there");
  EXPECT_THAT(plan(resync()), ElementsAre("adopt network net local net"));
  EXPECT_TRUE(is_due({"pod1", "policy", kLost}));
}

TEST_F(ResyncTest, ABindThatWasToComeIsLookedForWhenItsNetworkGoes) {
  write([](Connection& db) { db.execute("UPDATE pods SET embedded = 0"); });
  know_copy("gold there");
  write([&](Connection& db) { expect_binding(db, kNetwork, "net", "pod1", "acme", now()); });
  write([&](Connection& db) {
    db.execute("DELETE FROM networks");
    object_deleted(db, kNetwork, "net", "acme", now());
  });
  boost::asio::co_spawn(runtime_.io(), run_binding(scripted_, claim_one(net_)), boost::asio::use_future).get();
  EXPECT_THAT(pod_.calls, ElementsAre("GET /v2.0/networks/local net"));
}

TEST_F(ResyncTest, ANetworkThatWasNeverToBeBoundGoesWithoutACall) {
  write([](Connection& db) { db.execute("UPDATE pods SET embedded = 0"); });
  write([&](Connection& db) {
    db.execute("DELETE FROM networks");
    object_deleted(db, kNetwork, "net", "acme", now());
  });
  boost::asio::co_spawn(runtime_.io(), run_binding(scripted_, claim_one(net_)), boost::asio::use_future).get();
  EXPECT_THAT(pod_.calls, IsEmpty());
}

TEST_F(ResyncTest, WhatThePodHadRefusedIsAskedAgain) {
  know_copy("gold there");
  know_binding("");
  pod_.show_list("policies", {shown("gold there", kGold)});
  EXPECT_THAT(plan(resync()), ElementsAre("rebind network net local net"));
  EXPECT_TRUE(is_due(net_));
}

TEST_F(ResyncTest, WhatIsOnItsWayIsNoDifference) {
  know_copy("gold there");
  know_binding("");
  wake_now(net_);
  pod_.show_list("policies", {shown("gold there", kGold)});
  EXPECT_THAT(plan(resync(false)), IsEmpty());
}

TEST_F(ResyncTest, AForeignPolicyUnderNoWishOfOursIsLeftAlone) {
  know_copy("gold there");
  write([&](Connection& db) { db.execute("UPDATE networks SET qos_policy_id = NULL"); });
  pod_.show_list("policies", {shown("gold there", kGold), shown("theirs", "", "bronze")});
  show_network("theirs");
  EXPECT_THAT(plan(resync(true, 100)), IsEmpty());
}

TEST_F(ResyncTest, WhatTheCentreDoesNotKnowHoldsACopyThatIsToGo) {
  write([&](Connection& db) { db.execute("UPDATE networks SET qos_policy_id = NULL"); });
  pod_.show_list("policies", {shown("lost there", kLost)});
  show_network("lost there", "a network of the pod's own");
  EXPECT_THAT(plan(resync(false)),
              ElementsAre("delete policy " + kLost + " lost there", "held network  a network of the pod's own"));
}

TEST_F(ResyncTest, WhatARunHasChangedMeanwhileIsLeftToIt) {
  know_copy("gold there");
  know_binding(kGold);
  pod_.show_list("policies", {shown("gold there", kGold, "changed by hand")});
  show_network("gold there");
  pod_.before_next("GET /v2.0/ports", [&] {
    write([&](Connection& db) {
      const engine::Lane lane = engine::take(db, {gold_}, "w1").value().front();
      engine::finish(db, lane, std::nullopt, 0);
    });
  });
  EXPECT_THAT(plan(resync()), IsEmpty());
  EXPECT_EQ(number("SELECT under_way AS n FROM resyncs"), 1);
}

// A run may be about to make the one that would be too many its copy.
TEST_F(ResyncTest, NoCopyIsTheSecondOneOfAPolicyWhoseFirstIsLeftToARun) {
  copy(kGold, "pod1");
  wake_now(gold_);
  pod_.show_list("policies", {shown("one", kGold), shown("another", kGold)});
  pod_.before_next("GET /v2.0/ports", [&] {
    write([&](Connection& db) {
      const engine::Lane lane = engine::take(db, {gold_}, "w1").value().front();
      engine::finish(db, lane, std::nullopt, 0);
    });
  });
  EXPECT_THAT(plan(resync(true, 1)), Not(testing::Contains(HasSubstr("delete"))));
  EXPECT_EQ(number("SELECT under_way AS n FROM resyncs"), 2);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 1);
}

TEST_F(ResyncTest, OfTwoCopiesThatNobodyKnewOneIsAdoptedAndTheOtherGoes) {
  pod_.show_list("policies", {shown("one", kGold), shown("another", kGold)});
  const std::vector<std::string> planned = plan(resync(true, 1));
  EXPECT_THAT(planned, testing::Contains(HasSubstr("adopt policy " + kGold)));
  EXPECT_THAT(planned, testing::Contains(HasSubstr("delete policy")));
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 2);
}

TEST_F(ResyncTest, OfHalfAViewNothingIsConcluded) {
  know_copy("gold there");
  pod_.answer_next("GET /v2.0/ports", 500, "HTTPInternalServerError", "no");
  EXPECT_THROW(resync(), engine::RunFailed);
  EXPECT_EQ(status(), kWaiting);
  EXPECT_THAT(text("SELECT error AS t FROM resyncs"), Not(IsEmpty()));
  EXPECT_EQ(number("SELECT count(*) AS n FROM resync_items"), 0);
}

TEST_F(ResyncTest, WhatIsGivenUpWhileItRunsLearnsNothing) {
  pod_.show_list("policies", {shown("gold there", kGold)});
  show_network("gold there");
  pod_.before_next("GET /v2.0/ports", [&] { write([](Connection& db) { db.execute("DELETE FROM resyncs"); }); });
  EXPECT_THAT(plan(resync()), IsEmpty());
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 0);
  EXPECT_TRUE(lane({"pod1", kResyncLane, "pod1"}).worker.empty());
}

TEST_F(ResyncTest, AnApplyIsFollowedByAnAuditFromTheStart) {
  resync();
  EXPECT_TRUE(is_due({"pod1", kAuditLane, "pod1"}));
}

TEST(TagTest, OnlyATagOfOursTellsACentralPolicy) {
  EXPECT_EQ(central_of_tag("tricircle:" + kGold), kGold);
  EXPECT_EQ(central_of_tag("tricircle:not a uuid"), "");
  EXPECT_EQ(central_of_tag(kGold), "");
  EXPECT_EQ(central_of_name("tricircle:" + kGold + ":0123"), kGold);
  EXPECT_EQ(central_of_name("tricircle:" + kGold), "");
  EXPECT_EQ(central_of_name("gold"), "");
}

}  // namespace
}  // namespace tricircle::xjob
