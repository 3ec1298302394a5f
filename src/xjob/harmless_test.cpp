// A rule that guarantees bandwidth, and networks of a pod that are on no physical network.
#include "xjob/harmless.hpp"

#include "xjob/binding_job.hpp"
#include "xjob/copy_job.hpp"
#include "xjob/expand_job.hpp"
#include "xjob/scripted_pod.hpp"
#include "xjob/test_run.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(BackingOf, SaysWhatNeutronWouldGoBy) {
  const auto backing = [](const char* text) { return backing_of(object_of(text)); };
  EXPECT_EQ(backing(R"({"provider:network_type": "vxlan", "provider:physical_network": null})"), Backing::none);
  EXPECT_EQ(backing(R"({"provider:network_type": "local", "provider:physical_network": null})"), Backing::none);
  EXPECT_EQ(backing(R"({"provider:network_type": "flat", "provider:physical_network": "p"})"), Backing::physical);
  EXPECT_EQ(backing(R"({"provider:network_type": null, "provider:physical_network": null})"), Backing::unsaid);
  EXPECT_EQ(backing(R"({"id": "x"})"), Backing::unsaid);
  EXPECT_EQ(backing(R"({"segments": [{"provider:network_type": "vxlan", "provider:physical_network": null},
                                     {"provider:network_type": "vlan", "provider:physical_network": "p"}]})"),
            Backing::none);
  EXPECT_EQ(backing(R"({"segments": [{"provider:network_type": "vlan", "provider:physical_network": "p"},
                                     {"provider:network_type": "vxlan", "provider:physical_network": null}]})"),
            Backing::physical);
}

// The network `tunnel` of the pod is a vxlan, `lan` a VLAN. The policy limits, and may guarantee.
class HarmlessTest : public RunTest {
 protected:
  HarmlessTest() {
    add_pod("pod1");
    write([](Connection& db) { db.execute("UPDATE pods SET embedded = 0"); });
    add_policy("gold");
    add_rule("limit", "bandwidth_limit", "egress", "max_kbps", 100);
    pod_.add_network("local tunnel",
                     object_of(R"({"provider:network_type": "vxlan", "provider:physical_network": null})"));
    pod_.add_network("local lan", object_of(R"({"provider:network_type": "vlan", "provider:physical_network": "p"})"));
    for (const std::string id : {"tunnel", "lan"}) {
      add_network(id);
      route(kNetwork, id, "pod1");
    }
  }

  void add_rule(const std::string& id, const std::string& type, const std::string& direction, const std::string& name,
                std::int64_t value) {
    storage::ColumnValues columns{
        {"id", id}, {"qos_policy_id", "gold"}, {"type", type}, {"direction", direction}, {name, value}};
    if (type == "bandwidth_limit") columns.emplace_back("max_burst_kbps", std::int64_t{0});
    write([&](Connection& db) {
      storage::insert(db, "qos_rules", columns);
      rules_changed(db, "gold", "acme", now());
    });
  }
  void guarantee(std::int64_t kbps = 10) { add_rule("guarantee", "minimum_bandwidth", "egress", "min_kbps", kbps); }
  void without_guarantee() {
    write([&](Connection& db) {
      db.execute("DELETE FROM qos_rules WHERE id = 'guarantee'");
      rules_changed(db, "gold", "acme", now());
    });
  }
  // Runs all lanes that are due now, parents first, as a worker would; the tag's comes later.
  void work() {
    for (bool some = true; some;) {
      some = false;
      for (const engine::LaneKey& key : due()) {
        some = true;
        const engine::Lane lane = claim_one(key);
        boost::asio::co_spawn(runtime_.io(), service_run(lane), boost::asio::use_future).get();
      }
    }
  }
  std::vector<engine::LaneKey> due() {
    return write([&](Connection& db) {
      std::vector<engine::LaneKey> keys;
      const auto found = db.execute(
          "SELECT pod_id, kind, object_id FROM lanes WHERE due_at <= ? AND worker = '' ORDER BY kind, object_id",
          {now()});
      for (const storage::Row& row : found.rows())
        keys.push_back({row.text("pod_id"), row.text("kind"), row.text("object_id")});
      return keys;
    });
  }
  base::Awaitable<void> service_run(engine::Lane lane) {
    if (lane.key.kind == kPolicyLane) return run_copy(scripted_, lane);
    if (lane.key.kind == kNetwork || lane.key.kind == kPort) return run_binding(scripted_, lane);
    return run_expand(scripted_, lane);
  }

  Copy gold() {
    return write([](Connection& db) { return find_copy(db, "gold", "pod1").value(); });
  }
  std::vector<std::string> standing() {
    std::vector<std::string> places;
    for (const domain::CopyRule& rule : gold().rules) {
      if (!rule.id.empty()) places.push_back(place_of(rule));
    }
    return places;
  }
  Binding binding(const std::string& network) {
    return write([&](Connection& db) { return find_binding(db, kNetwork, network, "pod1").value(); });
  }
  // Bound and at rest, nothing left to look at.
  void bound(const std::string& network) {
    associate(kNetwork, network, "gold");
    work();
    ASSERT_EQ(binding(network).policy_id, "gold");
    write([](Connection& db) { db.execute("UPDATE copies SET tagged = 1"); });
    clear_jobs();
    pod_.take_calls();
  }

  ScriptedPod pod_;
  remote::Identities to_pod_{pod_, runtime_, clock_, {}};
  Context scripted_{runtime_, troubled_, clock_, to_pod_, worker_, looks_};
};

const std::string kGuarantees = "POST /v2.0/qos/policies/made 1/minimum_bandwidth_rules";

TEST_F(HarmlessTest, AGuaranteeIsNotAddedToTheCopyOfATunnelAndTheJobNamesIt) {
  bound("tunnel");
  guarantee();
  add_rule("mark", "dscp_marking", "", "dscp_mark", 26);
  work();
  EXPECT_THAT(standing(), testing::UnorderedElementsAre("bandwidth_limit egress", "dscp_marking"));
  EXPECT_THAT(pod_.take_calls(), Not(testing::Contains(HasSubstr("minimum_bandwidth"))));
  EXPECT_EQ(gold().state, kRefused);
  EXPECT_EQ(number("SELECT count(*) AS n FROM jobs WHERE status = 'FAIL'"), 4) << "two parents and their children";
  EXPECT_THAT(jobs().at(0).last_error, HasSubstr("minimum_bandwidth egress: not sent"));
  EXPECT_THAT(jobs().at(0).last_error, HasSubstr("local tunnel"));
}

TEST_F(HarmlessTest, OnAPhysicalNetworkItIsSentInOneCall) {
  bound("lan");
  guarantee();
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre(HasSubstr("POST"))) << "what the network is made on is remembered";
  EXPECT_THAT(standing(), testing::Contains("minimum_bandwidth egress"));
  EXPECT_EQ(gold().state, kInSync);
}

TEST_F(HarmlessTest, WhatTheNetworkIsMadeOnIsAskedOnceAndOnlyForAGuarantee) {
  bound("tunnel");
  EXPECT_THAT(pod_.take_calls(), IsEmpty());
  write([](Connection& db) { db.execute("UPDATE bindings SET backing = ''"); });
  add_rule("mark", "dscp_marking", "", "dscp_mark", 26);
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre(HasSubstr("dscp_marking")));
  guarantee();
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/networks/local tunnel"));
  without_guarantee();
  guarantee(20);
  work();
  EXPECT_THAT(pod_.take_calls(), IsEmpty());
}

TEST_F(HarmlessTest, ItIsSentOnceTheNetworkHasLetGo) {
  bound("tunnel");
  guarantee();
  work();
  pod_.take_calls();
  associate(kNetwork, "tunnel", "");
  work();
  EXPECT_THAT(pod_.take_calls(), testing::Contains(HasSubstr("minimum_bandwidth")));
  EXPECT_EQ(gold().state, kInSync);
  EXPECT_EQ(gold().last_error, "");
}

TEST_F(HarmlessTest, ItIsSentOnceTheNetworkIsGone) {
  bound("tunnel");
  guarantee();
  work();
  write([&](Connection& db) {
    db.execute("DELETE FROM networks WHERE id = 'tunnel'");
    object_deleted(db, kNetwork, "tunnel", "acme", now());
  });
  work();
  EXPECT_EQ(gold().state, kInSync);
}

TEST_F(HarmlessTest, WithoutTheRuleTheCopyIsWhole) {
  bound("tunnel");
  guarantee();
  work();
  pod_.take_calls();
  without_guarantee();
  work();
  EXPECT_THAT(pod_.take_calls(), IsEmpty());
  EXPECT_EQ(gold().state, kInSync);
  EXPECT_THAT(standing(), ElementsAre("bandwidth_limit egress"));
}

TEST_F(HarmlessTest, ACopyThatHasItIsNotBoundToATunnelAndTheRestStays) {
  guarantee();
  bound("lan");
  associate(kNetwork, "tunnel", "gold");
  work();
  EXPECT_THAT(pod_.take_calls(), Not(testing::Contains(HasSubstr("PUT"))));
  EXPECT_EQ(binding("tunnel").state, kRefused);
  EXPECT_THAT(binding("tunnel").last_error, HasSubstr("minimum_bandwidth egress: the pod's network local tunnel"));
  EXPECT_EQ(jobs().at(0).status, engine::kFail);
  EXPECT_THAT(standing(), testing::Contains("minimum_bandwidth egress")) << "what stands in a pod wins";
  EXPECT_EQ(gold().state, kInSync);
}

TEST_F(HarmlessTest, ARefusedTunnelIsBoundOnceTheRuleIsGone) {
  guarantee();
  bound("lan");
  associate(kNetwork, "tunnel", "gold");
  work();
  without_guarantee();
  work();
  EXPECT_EQ(binding("tunnel").policy_id, "gold");
  EXPECT_EQ(binding("tunnel").state, kInSync);
}

TEST_F(HarmlessTest, AChangedValueOfAnotherRuleDoesNotAskARefusedNetworkAgain) {
  guarantee();
  bound("lan");
  associate(kNetwork, "tunnel", "gold");
  work();
  pod_.take_calls();
  write([&](Connection& db) {
    db.execute("UPDATE qos_rules SET max_kbps = 200 WHERE id = 'limit'");
    rules_changed(db, "gold", "acme", now());
  });
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre(HasSubstr("PUT /v2.0/qos/policies/made 1/bandwidth_limit_rules")));
}

TEST_F(HarmlessTest, ATunnelWhoseBindingIsUnderWayCounts) {
  bound("lan");
  associate(kNetwork, "tunnel", "gold");
  const engine::Lane held = claim_one({"pod1", "network", "tunnel"});
  guarantee();
  pod_.take_calls();
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/networks/local tunnel"));
  boost::asio::co_spawn(runtime_.io(), run_binding(scripted_, held), boost::asio::use_future).get();
  EXPECT_EQ(binding("tunnel").policy_id, "gold");
}

TEST_F(HarmlessTest, ABindingThatLooksWhileTheRuleIsOnItsWaySeesItComing) {
  bound("lan");
  associate(kNetwork, "tunnel", "gold");
  guarantee();
  engine::LaneKey lane{"pod1", "network", "tunnel"};
  pod_.before_next("minimum_bandwidth",
                   [&] { EXPECT_NE(guarantee_of(gold()), nullptr) << "written down before it was sent"; });
  write([&](Connection& db) { db.execute("UPDATE lanes SET due_at = NULL WHERE kind = 'network'"); });
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre(kGuarantees));
  wake_now(lane);
  work();
  EXPECT_EQ(binding("tunnel").state, kRefused);
}

TEST_F(HarmlessTest, WhatHasComeToStandTogetherAllTheSameIsTakenApart) {
  guarantee();
  bound("lan");
  bind(kNetwork, "tunnel", "pod1", "gold");
  associate(kNetwork, "tunnel", "gold");
  work();
  EXPECT_THAT(standing(), ElementsAre("bandwidth_limit egress"));
  EXPECT_EQ(gold().state, kRefused);
  EXPECT_THAT(gold().last_error, HasSubstr("minimum_bandwidth egress: not sent"));
  EXPECT_EQ(due().size(), 0U);
}

TEST_F(HarmlessTest, WhatThePodRefusesForTheSakeOfAPortIsAskedAnewWhenThePortLetsGo) {
  add_port("port", "lan");
  route(kPort, "port", "pod1");
  associate(kPort, "port", "gold");
  work();
  write([](Connection& db) { db.execute("UPDATE copies SET tagged = 1"); });
  pod_.answer_next("minimum_bandwidth", 409, "QosRuleNotSupported",
                   "Rule minimum_bandwidth is not supported by port p");
  guarantee();
  work();
  EXPECT_EQ(gold().state, kRefused);
  pod_.take_calls();
  add_rule("mark", "dscp_marking", "", "dscp_mark", 26);
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre(HasSubstr("dscp_marking"))) << "not sent again with the same values";
  write([&](Connection& db) { use_ended(db, "gold", "pod1", now()); });
  work();
  EXPECT_THAT(pod_.take_calls(), ElementsAre(kGuarantees));
  EXPECT_EQ(gold().state, kInSync);
}

}  // namespace
}  // namespace tricircle::xjob
