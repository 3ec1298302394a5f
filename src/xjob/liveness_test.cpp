#include "xjob/liveness.hpp"

#include "xjob/test_centre.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LivenessTest : public CentreTest {
 protected:
  LivenessTest() {
    for (const char* pod : {"pod1", "pod2", "pod3"}) add_pod(pod);
    add_policy("gold");
    add_network("net");
    add_port("machine", "net");
    add_port("idle", "net");
    for (const char* pod : {"pod1", "pod2", "pod3"}) route(kNetwork, "net", pod);
    route(kPort, "machine", "pod1");
    route(kPort, "idle", "pod2");
    write([](Connection& db) { db.execute("UPDATE ports SET device_id = 'vm' WHERE id = 'machine'"); });
  }
  std::set<std::string> live(const std::string& type, const std::string& id) {
    return write([&](Connection& db) { return live_pods(db, type, id); });
  }
  std::int64_t rank(const engine::LaneKey& key) {
    return number("SELECT priority AS n FROM lanes WHERE pod_id = '" + key.pod_id + "' AND object_id = '" +
                  key.object_id + "'");
  }
};

TEST_F(LivenessTest, AnObjectIsLiveInThePodsWhereItTouchesAPortWithADevice) {
  EXPECT_THAT(live(kPort, "machine"), ElementsAre("pod1"));
  EXPECT_THAT(live(kPort, "idle"), IsEmpty());
  EXPECT_THAT(live(kNetwork, "net"), ElementsAre("pod1"));
  EXPECT_THAT(live(kPolicyLane, "gold"), IsEmpty());
}

TEST_F(LivenessTest, APolicyIsLiveWhereItsNetworksOrPortsAre) {
  associate(kPort, "idle", "gold");
  EXPECT_THAT(live(kPolicyLane, "gold"), IsEmpty());
  associate(kNetwork, "net", "gold");
  EXPECT_THAT(live(kPolicyLane, "gold"), ElementsAre("pod1"));
  associate(kNetwork, "net", "");
  associate(kPort, "machine", "gold");
  EXPECT_THAT(live(kPolicyLane, "gold"), ElementsAre("pod1"));
}

TEST_F(LivenessTest, AChangeOfWhatMachinesUseIsMoreUrgent) {
  associate(kPort, "machine", "gold");
  associate(kPort, "idle", "gold");
  EXPECT_EQ(rank(binding_lane("pod1", kPort, "machine")), 0);
  EXPECT_EQ(rank(binding_lane("pod2", kPort, "idle")), 1);
}

TEST_F(LivenessTest, WhatTurnsUpInAPodIsAboutToBeUsed) {
  associate(kPort, "idle", "gold");
  clear_jobs();
  route(kPort, "idle", "pod3");
  EXPECT_EQ(rank(binding_lane("pod3", kPort, "idle")), 0);
}

}  // namespace
}  // namespace tricircle::xjob
