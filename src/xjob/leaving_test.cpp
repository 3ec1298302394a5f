// A pod that leaves: nothing of it stays at the centre, and what was open for it ends.
#include "xjob/leaving.hpp"

#include "xjob/binding_job.hpp"
#include "xjob/test_run.hpp"

namespace tricircle::xjob {
namespace {

class LeavingTest : public RunTest {
 protected:
  LeavingTest() {
    add_pod("pod1");
    add_policy("gold");
    for (const std::string id : {"rest", "open", "held"}) {
      add_network(id);
      route(kNetwork, id, "pod1");
    }
    copy("gold", "pod1");
    bind(kNetwork, "rest", "pod1", "gold");
  }
  Detached detach() {
    Detached left;
    write([&](Connection& db) { left = detach_pod(db, "pod1", now()); });
    return left;
  }
  static engine::LaneKey lane_of(const std::string& network) { return binding_lane("pod1", kNetwork, network); }
};

TEST_F(LeavingTest, NothingOfThePodStaysAndItSaysWhatItWas) {
  const Detached left = detach();
  EXPECT_EQ(left.networks, 3);
  EXPECT_EQ(left.ports, 0);
  EXPECT_EQ(left.policies, 1);
  for (const std::string table : {"pods", "copies", "bindings", "resource_routings"})
    EXPECT_EQ(number("SELECT count(*) AS n FROM " + table), 0) << table;
  EXPECT_FALSE(has_lane(lane_of("rest")));
}

TEST_F(LeavingTest, AnOpenJobIsDoneByARunThatFindsNoPod) {
  associate(kNetwork, "open", "gold");
  detach();
  run(run_binding, lane_of("open"));
  EXPECT_EQ(jobs().at(0).status, engine::kSuccess);
  EXPECT_FALSE(has_lane(lane_of("open")));
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings"), 0);
}

TEST_F(LeavingTest, ARunThatWasUnderWayLeavesNothingBehind) {
  associate(kNetwork, "held", "gold");
  const engine::Lane under_way = claim_one(lane_of("held"));
  detach();
  write([&](Connection& db) {  // its record
    save_binding(db, {kNetwork, "held", "pod1", "acme", "gold", 2, kInSync, ""}, now());
    engine::finish(db, under_way, std::nullopt, 0);
  });
  run(run_binding, lane_of("held"));
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings"), 0);
  EXPECT_FALSE(has_lane(lane_of("held")));
}

}  // namespace
}  // namespace tricircle::xjob
