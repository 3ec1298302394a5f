#include "xjob/intents.hpp"

#include "base/error.hpp"
#include "xjob/test_centre.hpp"

namespace tricircle::xjob {
namespace {

using engine::JobRow;
using engine::LaneKey;

class IntentsTest : public CentreTest {
 protected:
  IntentsTest() {
    for (const char* pod : {"pod1", "pod2", "pod3"}) add_pod(pod);
    add_policy("gold");
    add_policy("silver");
    add_network("net");
    add_port("port", "net");
  }

  // The only job there is: what it tells, and the lane that it made due.
  void expect_one(const std::string& type, const std::string& resource, const LaneKey& lane_key, std::int64_t wanted) {
    const std::vector<JobRow> all = jobs();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].type, type);
    EXPECT_EQ(all[0].project_id, "acme");
    EXPECT_EQ(object_of(all[0].resource), object_of(resource));
    EXPECT_EQ(all[0].status, engine::kNew);
    EXPECT_FALSE(all[0].parent);
    EXPECT_EQ(all[0].lane, lane_key);
    EXPECT_EQ(all[0].wanted, wanted);
    EXPECT_EQ(lane(lane_key).due_at, now());
  }
  void expect_one_parent(const std::string& type, const std::string& resource, std::int64_t wanted) {
    const std::vector<JobRow> all = jobs();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].type, type);
    EXPECT_EQ(all[0].project_id, "acme");
    EXPECT_EQ(object_of(all[0].resource), object_of(resource));
    EXPECT_TRUE(all[0].parent);
    EXPECT_EQ(all[0].lane.kind, "job");
    EXPECT_EQ(all[0].wanted, wanted);
    EXPECT_EQ(lane(all[0].lane).due_at, now());
  }
  void expect_nothing() {
    EXPECT_TRUE(jobs().empty());
    EXPECT_EQ(number("SELECT count(*) AS n FROM lanes"), 0);
  }
};

TEST_F(IntentsTest, Case1APolicyThatNoPodHasAsksForNothing) {
  write([&](Connection& db) { policy_changed(db, "gold", "acme", now()); });
  write([&](Connection& db) { rules_changed(db, "gold", "acme", now()); });
  EXPECT_EQ(intent("qos_policies", "gold"), 3) << "what pods will once have is counted all the same";
  expect_nothing();
}

TEST_F(IntentsTest, Case2AnAssociationOfWhatNoPodHasAsksForNothing) {
  associate(kNetwork, "net", "gold");
  associate(kPort, "port", "gold");
  EXPECT_EQ(intent("networks", "net"), 2);
  EXPECT_EQ(intent("ports", "port"), 2);
  expect_nothing();
}

TEST_F(IntentsTest, Case3AnAssociationOfWhatOnePodHasIsAJobInItsLane) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  expect_one("qos_create", R"({"policy_id": "gold", "res_type": "network", "res_id": "net", "pod_id": "pod1"})",
             {"pod1", "network", "net"}, 2);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings WHERE state = 'pending' AND policy_id = ''"), 1);
}

TEST_F(IntentsTest, Case3APortIsAJobOfItsOwnLane) {
  route(kPort, "port", "pod2");
  associate(kPort, "port", "gold");
  expect_one("qos_create", R"({"policy_id": "gold", "res_type": "port", "res_id": "port", "pod_id": "pod2"})",
             {"pod2", "port", "port"}, 2);
}

TEST_F(IntentsTest, Case3InSeveralPodsItIsOneParentForAllOfThem) {
  route(kNetwork, "net", "pod1");
  route(kNetwork, "net", "pod2");
  associate(kNetwork, "net", "gold");
  expect_one_parent("qos_create",
                    R"({"policy_id": "gold", "res_type": "network", "res_id": "net", "pod_id": "not_specified_pod"})",
                    2);
}

TEST_F(IntentsTest, Case3FromOnePolicyToAnotherIsOneJobForTheNewOne) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  bind(kNetwork, "net", "pod1", "gold");
  clear_jobs();
  associate(kNetwork, "net", "silver");
  expect_one("qos_create", R"({"policy_id": "silver", "res_type": "network", "res_id": "net", "pod_id": "pod1"})",
             {"pod1", "network", "net"}, 3);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings WHERE policy_id = 'gold'"), 1) << "what stands is not forgotten";
}

TEST_F(IntentsTest, Case4WhatTurnsUpWithAPolicyGetsIt) {
  associate(kNetwork, "net", "gold");
  EXPECT_TRUE(route(kNetwork, "net", "pod3"));
  expect_one("qos_create", R"({"policy_id": "gold", "res_type": "network", "res_id": "net", "pod_id": "pod3"})",
             {"pod3", "network", "net"}, 2);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings WHERE pod_id = 'pod3' AND state = 'pending'"), 1);
}

TEST_F(IntentsTest, Case4APortAndItsNetworkBringAJobEach) {
  associate(kNetwork, "net", "gold");
  associate(kPort, "port", "silver");
  write([&](Connection& db) {
    add_routing(db, kNetwork, "net", "n", "pod1", now());
    add_routing(db, kPort, "port", "p", "pod1", now());
  });
  const std::vector<JobRow> all = jobs();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(object_of(all[0].resource).at("policy_id"), "gold");
  EXPECT_EQ(object_of(all[1].resource).at("policy_id"), "silver");
  for (const JobRow& one : all) EXPECT_EQ(one.type, "qos_create");
}

TEST_F(IntentsTest, Case4WhatTurnsUpWithoutAPolicyIsARoutingAndNothingElse) {
  EXPECT_TRUE(route(kNetwork, "net", "pod1"));
  EXPECT_EQ(number("SELECT count(*) AS n FROM resource_routings WHERE local_id = 'local net'"), 1);
  EXPECT_EQ(intent("networks", "net"), 1);
  expect_nothing();
}

TEST_F(IntentsTest, Case4TheSameReportAgainWritesNothing) {
  associate(kNetwork, "net", "gold");
  route(kNetwork, "net", "pod1");
  clear_jobs();
  const std::int64_t met = number("SELECT met AS n FROM networks");
  EXPECT_FALSE(route(kNetwork, "net", "pod1"));
  EXPECT_EQ(number("SELECT met AS n FROM networks"), met);
  expect_nothing();
}

TEST_F(IntentsTest, Case4AReservedRoutingHasNoLocalIdYet) {
  write([&](Connection& db) { add_routing(db, kPort, "port", "", "pod1", now()); });
  EXPECT_EQ(number("SELECT count(*) AS n FROM resource_routings WHERE local_id IS NULL"), 1);
}

TEST_F(IntentsTest, Case4ARoutingOfWhatTheCentreDoesNotKnowIsRefused) {
  for (const char* type : {kNetwork, kPort}) {
    try {
      route(type, "nothing", "pod1");
      FAIL() << "taken";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::not_found);
      EXPECT_EQ(error.neutron_type(), std::string(type) == kPort ? "PortNotFound" : "NetworkNotFound");
    }
  }
  EXPECT_EQ(number("SELECT count(*) AS n FROM resource_routings"), 0);
}

TEST_F(IntentsTest, Case5AnUpdatedPolicyIsOneParentForThePodsWithACopy) {
  copy("gold", "pod1");
  write([&](Connection& db) { policy_changed(db, "gold", "acme", now()); });
  expect_one_parent("qos_update", R"({"policy_id": "gold", "pod_id": "not_specified_pod"})", 2);
  EXPECT_EQ(intent("qos_policies", "silver"), 1);
}

TEST_F(IntentsTest, Case6ANetworkOnWhichNothingOfOursStandsAsksForNothing) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "");
  EXPECT_EQ(intent("networks", "net"), 2);
  expect_nothing();
}

TEST_F(IntentsTest, Case6ABoundNetworkIsUpdatedInItsPod) {
  route(kNetwork, "net", "pod1");
  bind(kNetwork, "net", "pod1", "gold");
  associate(kNetwork, "net", "");
  expect_one("update_network", R"({"network_id": "net", "pod_id": "pod1"})", {"pod1", "network", "net"}, 2);
}

TEST_F(IntentsTest, Case6WhatIsOnItsWayToAPodIsTakenBackToo) {
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  clear_jobs();
  associate(kNetwork, "net", "");
  expect_one("update_network", R"({"network_id": "net", "pod_id": "pod1"})", {"pod1", "network", "net"}, 3);
}

TEST_F(IntentsTest, Case6WhatIsToldOfARefusalOrADriftIsTakenBackWithTheWish) {
  route(kNetwork, "net", "pod1");
  for (const char* state : {kRefused, kDrifted}) {
    clear_jobs();
    associate(kNetwork, "net", "gold");
    write([&](Connection& db) { save_binding(db, {kNetwork, "net", "pod1", "acme", "", 2, state, "no"}, now()); });
    clear_jobs();
    associate(kNetwork, "net", "");
    ASSERT_EQ(jobs().size(), 1U) << state << " would be told for ever";
    EXPECT_EQ(jobs()[0].type, kUpdateNetwork);
  }
}

TEST_F(IntentsTest, Case6ABoundNetworkOfSeveralPodsIsOneParent) {
  for (const char* pod : {"pod1", "pod2"}) {
    route(kNetwork, "net", pod);
    bind(kNetwork, "net", pod, "gold");
  }
  associate(kNetwork, "net", "");
  expect_one_parent("update_network", R"({"network_id": "net", "pod_id": "not_specified_pod"})", 2);
}

TEST_F(IntentsTest, Case6APortIsUpdatedInItsPodWhenItIsStillBoundThere) {
  route(kPort, "port", "pod1");
  bind(kPort, "port", "pod1", "gold");
  associate(kPort, "port", "");
  expect_one("update_port", R"({"port_id": "port", "pod_id": "pod1"})", {"pod1", "port", "port"}, 2);
}

TEST_F(IntentsTest, Case7ADeletedPolicyIsOneParentForThePodsWithACopy) {
  copy("gold", "pod1");
  copy("gold", "pod2");
  write([&](Connection& db) {
    db.execute("DELETE FROM qos_policies WHERE id = 'gold'");
    policy_deleted(db, "gold", "acme", now());
  });
  expect_one_parent("qos_delete", R"({"policy_id": "gold", "pod_id": "not_specified_pod"})", engine::kGone);
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 2) << "they stay until each pod has confirmed";
}

TEST_F(IntentsTest, Case7ADeletedPolicyThatNoPodHasAsksForNothing) {
  copy("silver", "pod1");
  write([&](Connection& db) { policy_deleted(db, "gold", "acme", now()); });
  expect_nothing();
}

TEST_F(IntentsTest, Cases8To10AChangedRuleIsOneParentWithoutAPod) {
  copy("gold", "pod1");
  write([&](Connection& db) { rules_changed(db, "gold", "acme", now()); });
  expect_one_parent("sync_qos_rule", R"({"policy_id": "gold"})", 2);
}

TEST_F(IntentsTest, ADeletedNetworkIsUpdatedAndADeletedPortDeletedInItsPod) {
  route(kNetwork, "net", "pod1");
  route(kPort, "port", "pod1");
  write([&](Connection& db) {
    object_deleted(db, kPort, "port", "acme", now());
    db.execute("DELETE FROM ports");
  });
  expect_one("port_delete", R"({"port_id": "port", "pod_id": "pod1"})", {"pod1", "port", "port"}, engine::kGone);
  clear_jobs();
  write([&](Connection& db) {
    object_deleted(db, kNetwork, "net", "acme", now());
    db.execute("DELETE FROM networks");
  });
  expect_one("update_network", R"({"network_id": "net", "pod_id": "pod1"})", {"pod1", "network", "net"}, engine::kGone);
}

TEST_F(IntentsTest, AnObjectDeletedInSeveralPodsIsOneParentAndInNoneNothing) {
  write([&](Connection& db) { object_deleted(db, kPort, "port", "acme", now()); });
  expect_nothing();
  route(kPort, "port", "pod1");
  route(kPort, "port", "pod2");
  write([&](Connection& db) { object_deleted(db, kPort, "port", "acme", now()); });
  expect_one_parent("port_delete", R"({"port_id": "port", "pod_id": "not_specified_pod"})", engine::kGone);
}

TEST_F(IntentsTest, WhatIsUndoneAsksForNothing) {
  route(kNetwork, "net", "pod1");
  const auto change = [&](Connection& db) {
    associate_in(db, kNetwork, "net", "gold", now());
    throw std::domain_error("refused after all");
  };
  EXPECT_THROW(write(change), std::domain_error);
  EXPECT_EQ(intent("networks", "net"), 1);
  expect_nothing();
}

TEST_F(IntentsTest, AnAssociationBesideANewRoutingEndsWithAJobInBothOrders) {
  associate(kNetwork, "net", "gold");
  route(kNetwork, "net", "pod1");
  EXPECT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0].wanted, intent("networks", "net"));
  route(kPort, "port", "pod1");
  clear_jobs();
  associate(kPort, "port", "gold");
  EXPECT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0].wanted, intent("ports", "port"));
}

// Of a transaction that decides from two tables each must write the row on which they meet.
TEST_F(IntentsTest, AnAssociationAndARoutingThatComesOrGoesAllWriteTheObjectsRow) {
  const std::int64_t before = number("SELECT met + intent AS n FROM networks");
  route(kNetwork, "net", "pod1");
  EXPECT_EQ(number("SELECT met + intent AS n FROM networks"), before + 1);
  associate(kNetwork, "net", "gold");
  EXPECT_EQ(number("SELECT met + intent AS n FROM networks"), before + 2);
  write([&](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  EXPECT_EQ(number("SELECT met + intent AS n FROM networks"), before + 3);
}

// A connection that counts what it is asked.
class Counting final : public Connection {
 public:
  explicit Counting(Connection& real) : real_(real) {}
  storage::Dialect dialect() const override { return real_.dialect(); }
  bool in_transaction() const override { return real_.in_transaction(); }
  using Connection::execute;
  storage::Result execute(std::string_view sql, std::span<const storage::Value> parameters) override {
    ++statements;
    return real_.execute(sql, parameters);
  }
  int statements = 0;

 private:
  Connection& real_;
};

TEST_F(IntentsTest, WhatAChangeCostsDoesNotGrowWithThePods) {
  const auto cost = [&](const std::function<void(Connection&)>& change) {
    clear_jobs();
    const int statements = write([&](Connection& db) {
      Counting counting(db);
      change(counting);
      return counting.statements;
    });
    return std::pair(statements,
                     number("SELECT count(*) AS n FROM jobs") * 10 + number("SELECT count(*) AS n FROM lanes"));
  };
  const std::vector<std::function<void(Connection&)>> changes{
      [&](Connection& db) { policy_changed(db, "gold", "acme", now()); },
      [&](Connection& db) { rules_changed(db, "gold", "acme", now()); },
      [&](Connection& db) { associate_in(db, kNetwork, "net", "silver", now()); },
      [&](Connection& db) { associate_in(db, kNetwork, "net", "", now()); },
      [&](Connection& db) { object_deleted(db, kNetwork, "net", "acme", now()); },
      [&](Connection& db) { policy_deleted(db, "gold", "acme", now()); },
  };
  const auto in_pod = [&](const std::string& pod) {
    copy("gold", pod);
    route(kNetwork, "net", pod);
    bind(kNetwork, "net", pod, "gold");
  };
  in_pod("pod1");
  in_pod("pod2");
  std::vector<std::pair<int, std::int64_t>> in_two;
  for (const auto& change : changes) in_two.push_back(cost(change));
  for (int i = 0; i < 60; ++i) {
    add_pod("more" + std::to_string(i));
    in_pod("more" + std::to_string(i));
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(cost(changes[i]), in_two[i]) << "change " << i;
    EXPECT_EQ(in_two[i].second, 11) << "one job and its lane, change " << i;
  }
}

}  // namespace
}  // namespace tricircle::xjob
