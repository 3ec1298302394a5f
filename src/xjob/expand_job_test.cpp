#include "xjob/expand_job.hpp"

#include "xjob/test_run.hpp"

namespace tricircle::xjob {
namespace {

constexpr int kPods = 250;  // three batches

class ExpandTest : public RunTest {
 protected:
  ExpandTest() {
    add_policy("gold");
    add_network("net");
    for (int i = 0; i < kPods; ++i) add_pod(pod(i));
  }

  static std::string pod(int i) { return "pod" + std::to_string(1000 + i); }

  // Claims the parent's lane and runs it to its end.
  void expand(const std::string& parent) { run(run_expand, {"", "job", parent}); }
  std::string only_parent() {
    return write([](Connection& db) { return db.execute("SELECT id FROM jobs WHERE parent").front().text("id"); });
  }
  std::int64_t children(const std::string& where = "1 = 1") {
    return number("SELECT count(*) AS n FROM jobs WHERE NOT parent AND " + where);
  }
};

TEST_F(ExpandTest, APolicysParentHasOneChildInEachPodWithACopy) {
  for (int i = 0; i < kPods; ++i) copy("gold", pod(i));
  write([&](Connection& db) { policy_changed(db, "gold", "acme", now()); });
  const std::string parent = only_parent();
  expand(parent);
  EXPECT_EQ(children(), kPods);
  EXPECT_EQ(children("parent_id = '" + parent +
                     "' AND type = 'qos_update' AND wanted = 2 AND project_id = 'acme' AND "
                     "kind = 'policy' AND object_id = 'gold' AND status = 'NEW'"),
            kPods);
  EXPECT_EQ(number("SELECT count(DISTINCT pod_id) AS n FROM jobs WHERE NOT parent"), kPods);
  EXPECT_EQ(number("SELECT count(*) AS n FROM lanes WHERE kind = 'policy' AND due_at IS NOT NULL"), kPods);
  EXPECT_EQ(status(parent), engine::kRunning);
  EXPECT_FALSE(has_lane({"", "job", parent})) << "nobody will ever want it again";
  const auto child = write([](Connection& db) {
    return db.execute("SELECT resource FROM jobs WHERE NOT parent ORDER BY pod_id").front().text("resource");
  });
  EXPECT_EQ(object_of(child), object_of(R"({"policy_id": "gold", "pod_id": ")" + pod(0) + "\"}"));
}

TEST_F(ExpandTest, ANetworksParentHasOneChildInEachPodThatHasItAndExpectsABindingThere) {
  for (int i = 0; i < 3; ++i) route(kNetwork, "net", pod(i));
  associate(kNetwork, "net", "gold");
  write([](Connection& db) { db.execute("DELETE FROM bindings"); });
  const std::string parent = only_parent();
  expand(parent);
  EXPECT_EQ(children("kind = 'network' AND object_id = 'net' AND type = 'qos_create' AND wanted = 2"), 3);
  EXPECT_EQ(number("SELECT count(*) AS n FROM bindings WHERE state = 'pending' AND central_id = 'net'"), 3);
}

// Who takes the policy off meanwhile, at another node of the store, sees only the bindings that were expected before.
TEST_F(ExpandTest, WhoExpectsBindingsMeetsWhoChangesTheAssociation) {
  for (int i = 0; i < 3; ++i) route(kNetwork, "net", pod(i));
  associate(kNetwork, "net", "gold");
  const std::int64_t met = number("SELECT met AS n FROM networks");
  expand(only_parent());
  EXPECT_EQ(number("SELECT met AS n FROM networks"), met + 1);
}

TEST_F(ExpandTest, AParentWhoseLastPodIsGoneSucceedsWithoutAChild) {
  copy("gold", pod(0));
  write([&](Connection& db) { rules_changed(db, "gold", "acme", now()); });
  write([](Connection& db) { db.execute("DELETE FROM copies"); });
  const std::string parent = only_parent();
  expand(parent);
  EXPECT_EQ(children(), 0);
  EXPECT_EQ(status(parent), engine::kSuccess);
}

TEST_F(ExpandTest, TheParentEndsWithItsChildrenAndFailsWithOneOfThem) {
  copy("gold", pod(0));
  copy("gold", pod(1));
  write([&](Connection& db) { rules_changed(db, "gold", "acme", now()); });
  const std::string parent = only_parent();
  expand(parent);
  write([&](Connection& db) {
    engine::close_jobs(db, engine::lane_now(db, copy_lane(pod(0), "gold")), 2, "dscp_marking: not supported", now());
    engine::close_jobs(db, engine::lane_now(db, copy_lane(pod(1), "gold")), 2, "", now());
  });
  EXPECT_EQ(status(parent), engine::kFail);
  EXPECT_NE(job(parent).last_error.find("dscp_marking: not supported"), std::string::npos);
}

TEST_F(ExpandTest, AnExpansionCutOffInTheMiddleGoesOnWhereItWas) {
  for (int i = 0; i < kPods; ++i) copy("gold", pod(i));
  write([&](Connection& db) { policy_changed(db, "gold", "acme", now()); });
  const std::string parent = only_parent();
  // The second batch finds that its worker was declared dead.
  troubled_.before_next(
      [&] { troubled_.before_next([&] { write([&](Connection& db) { engine::end_leases(db, "w1", now(), {}); }); }); });
  EXPECT_THROW(expand(parent), engine::LeaseLost);
  EXPECT_EQ(children(), 100);
  EXPECT_EQ(status(parent), engine::kNew);
  add_worker("w1");
  expand(parent);
  EXPECT_EQ(children(), kPods);
  EXPECT_EQ(number("SELECT count(DISTINCT pod_id) AS n FROM jobs WHERE NOT parent"), kPods);
  EXPECT_EQ(status(parent), engine::kRunning);
}

TEST_F(ExpandTest, AnExpandedParentThatIsRunOnceMoreChangesNothing) {
  copy("gold", pod(0));
  write([&](Connection& db) { policy_changed(db, "gold", "acme", now()); });
  const std::string parent = only_parent();
  expand(parent);
  wake_now({"", "job", parent});
  expand(parent);
  EXPECT_EQ(children(), 1);
  EXPECT_EQ(status(parent), engine::kRunning);
  EXPECT_FALSE(has_lane({"", "job", parent}));
}

}  // namespace
}  // namespace tricircle::xjob
