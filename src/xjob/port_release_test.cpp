// A centre whose store fails while it holds a port's lanes: nobody else gives them back, so it goes on until they are.
#include "xjob/port_release.hpp"

#include "xjob/test_run.hpp"

namespace tricircle::xjob {
namespace {

class PortReleaseTest : public RunTest {
 protected:
  PortReleaseTest() {
    add_pod("pod1");
    add_policy("gold");
    add_network("net");
    add_port("port", "net");
    route(kPort, "port", "pod1");
    bind(kPort, "port", "pod1", "gold");
  }
  bool comes_free() {
    return engine::eventually([&] {
      const auto row = lane(lane_);
      return row.worker.empty() && row.due_at.has_value();
    });
  }
  const engine::LaneKey lane_ = binding_lane("pod1", kPort, "port");
  PortReleaser releaser_{context_, 10 * base::kSecond};
};

TEST_F(PortReleaseTest, LanesThatTheStoreDidNotTakeBackAreGivenBackAllTheSame) {
  Release release;
  release.port_id = "port";
  write([&](Connection& db) { release.lanes = engine::take(db, {lane_}, "w1").value(); });
  troubled_.fail_next(2);
  releaser_.abandon(release);
  EXPECT_TRUE(comes_free());
}

TEST_F(PortReleaseTest, ItsCallerIsToldAlthoughTheStoreDidNotTakeTheLanesBack) {
  ASSERT_TRUE(engine::eventually([&] { return number("SELECT count(*) AS n FROM workers") == 2; }));
  engine::Log log;
  // The lanes are taken by the first write; from then on none succeeds for a while.
  troubled_.before_next([&] { troubled_.before_next([&] { troubled_.fail_next(2); }); });
  releaser_.start("port", [&](const std::shared_ptr<Release>& release) {
    EXPECT_FALSE(release->failed_region.empty());
    log.note("told");
  });
  EXPECT_TRUE(log.wait_for("told"));
  EXPECT_TRUE(comes_free());
  EXPECT_EQ(troubled_.failures_left(), 0);
}

// The port was on its way to another policy, and the one that it bore is deleted: its copy waits for this very binding.
TEST_F(PortReleaseTest, ADeletedPolicysCopyHearsOfAPodThatLetGoThoughTheReleaseFailed) {
  copy("gold", "pod1");
  const engine::LaneKey waiting = copy_lane("pod1", "gold");
  write([&](Connection& db) { db.execute("DELETE FROM qos_policies WHERE id = 'gold'"); });
  Release release;
  release.port_id = "port";
  release.let_go = {"pod1"};
  write([&](Connection& db) { release.lanes = engine::take(db, {lane_}, "w1").value(); });
  releaser_.abandon(release);
  ASSERT_TRUE(comes_free());
  ASSERT_TRUE(has_lane(waiting));
  EXPECT_TRUE(lane(waiting).due_at.has_value());
}

}  // namespace
}  // namespace tricircle::xjob
