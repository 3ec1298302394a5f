// Routings that go, and routings that come beside a change of association.
#include "xjob/test_centre.hpp"

#include <future>

namespace tricircle::xjob {
namespace {

using engine::LaneKey;

class RoutingsTest : public CentreTest {
 protected:
  RoutingsTest() {
    add_pod("pod1");
    add_pod("pod2");
    add_policy("gold");
    add_network("net");
  }
};

TEST_F(RoutingsTest, ARoutingTakenAwayTakesItsBindingAndItsLaneAndAsksThePodForNothing) {
  route(kNetwork, "net", "pod1");
  route(kNetwork, "net", "pod2");
  bind(kNetwork, "net", "pod1", "gold");
  bind(kNetwork, "net", "pod2", "gold");
  write([&](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  EXPECT_EQ(number("SELECT count(*) AS n FROM resource_routings WHERE pod_id = 'pod1'"), 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings WHERE pod_id = 'pod1'"), 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings WHERE pod_id = 'pod2'"), 1);
  EXPECT_TRUE(jobs().empty());
  EXPECT_FALSE(has_lane({"pod1", "network", "net"}));
}

TEST_F(RoutingsTest, ARoutingTakenAwayLeavesItsOpenJobsALaneThatEndsThem) {
  const LaneKey key{"pod1", "network", "net"};
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  write([&](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  ASSERT_TRUE(has_lane(key));
  EXPECT_LE(lane(key).due_at.value(), now());
}

TEST_F(RoutingsTest, AJobThatWaitsForItsCopyIsWokenWhenTheRoutingGoes) {
  const LaneKey key{"pod1", "network", "net"};
  add_worker("w1");
  route(kNetwork, "net", "pod1");
  associate(kNetwork, "net", "gold");
  const engine::Lane held = claim_one(key);
  write([&](Connection& db) {  // it steps aside: the copy's record would make it due
    engine::postpone_jobs(db, engine::lane_now(db, key), "", now(), now());
    engine::finish(db, held, std::nullopt, 0);
  });
  write([&](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  ASSERT_TRUE(has_lane(key));
  ASSERT_TRUE(lane(key).due_at.has_value()) << "nothing else would ever run it";
}

TEST_F(RoutingsTest, ARunWithoutAJobIsFollowedByOneThatFindsThatTheRoutingHasGone) {
  const LaneKey key{"pod1", "network", "net"};
  add_worker("w1");
  route(kNetwork, "net", "pod1");
  wake_now(key);
  claim_one(key);
  write([&](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  EXPECT_TRUE(lane(key).due_at.has_value()) << "what it records would stay for ever, and hold a deleted policy's copy";
}

TEST_F(RoutingsTest, ARoutingTakenAwayWakesTheCopyThatItsBindingHeldBack) {
  route(kNetwork, "net", "pod1");
  bind(kNetwork, "net", "pod1", "gold");
  write([&](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  EXPECT_LE(lane({"pod1", "policy", "gold"}).due_at.value(), now());
}

TEST(RoutingsOfTwoProcesses, AnAssociationBesideAReportEndsWithAJobWhoeverIsFirst) {
  class Centre : public CentreTest {
   public:
    explicit Centre(const storage::TestFolder& folder) : CentreTest(storage::open_sqlite(folder.file())) {}
    void TestBody() override {}
    using CentreTest::add_network;
    using CentreTest::add_pod;
    using CentreTest::add_policy;
    using CentreTest::associate;
    using CentreTest::number;
    using CentreTest::route;
  };
  const storage::TestFolder folder;
  Centre api(folder);
  Centre reports(folder);
  api.add_pod("pod1");
  api.add_policy("gold");
  for (int i = 0; i < 25; ++i) {
    const std::string id = "net" + std::to_string(i);
    api.add_network(id);
    auto report = std::async(std::launch::async, [&] { reports.route(kNetwork, id, "pod1"); });
    api.associate(kNetwork, id, "gold");
    report.get();
    EXPECT_EQ(api.number("SELECT count(*) AS n FROM jobs WHERE type = 'qos_create' AND wanted = 2 AND object_id = '" +
                         id + "'"),
              1);
  }
}

}  // namespace
}  // namespace tricircle::xjob
