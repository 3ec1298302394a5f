#include "engine/job.hpp"

#include "base/ids.hpp"
#include "engine/test_rows.hpp"

namespace tricircle::engine {
namespace {

using storage::Connection;

class JobTest : public RowsTest {
 protected:
  JobTest() { add_worker("w1"); }
  std::string add_wanting(std::int64_t wanted, const std::string& parent = "", const std::string& pod = "pod1") {
    return add({"qos_update", "acme", {{"pod_id", pod}}, {pod, "policy", "g"}, wanted, parent});
  }
  void close(std::int64_t applied, const std::string& error = "", const std::string& pod = "pod1") {
    write([&](Connection& db) { close_jobs(db, lane_now(db, {pod, "policy", "g"}), applied, error, now()); });
  }
  void fail_unasked(std::int64_t applied, const std::string& error) {
    write([&](Connection& db) {
      const Lane lane = lane_now(db, key_);
      add_job_to_fail(db, {"qos_update", "acme", {{"pod_id", "pod1"}}, key_, applied, ""}, lane.id, now());
      close_jobs(db, lane, applied, error, now());
    });
  }
  std::vector<JobRow> failed() {
    return write([](Connection& db) {
      std::vector<JobRow> rows;
      const auto found = db.execute("SELECT id FROM jobs WHERE status = 'FAIL' ORDER BY seq");
      for (const storage::Row& row : found.rows()) rows.push_back(job_row(db, row.text("id")));
      return rows;
    });
  }
  std::string add_one_parent() {
    return write([&](Connection& db) { return add_parent(db, "qos_update", "acme", {{"policy_id", "g"}}, 3, now()); });
  }
  void advance(const std::string& parent, const std::string& cursor, bool done) {
    write([&](Connection& db) { advance_parent(db, parent, cursor, done, now()); });
  }
  const LaneKey key_{"pod1", "policy", "g"};
};

TEST_F(JobTest, ANewJobTellsWhatItIsAndMakesItsLaneDue) {
  const std::string id = add_wanting(7);
  EXPECT_TRUE(base::is_uuid(id));
  const JobRow row = job(id);
  EXPECT_EQ(row.type, "qos_update");
  EXPECT_EQ(row.project_id, "acme");
  EXPECT_EQ(row.resource, R"({"pod_id":"pod1"})");
  EXPECT_EQ(row.status, kNew);
  EXPECT_EQ(row.lane, key_);
  EXPECT_EQ(row.wanted, 7);
  EXPECT_FALSE(row.parent);
  EXPECT_EQ(row.started_at, std::nullopt);
  EXPECT_EQ(lane(key_).due_at, now());
}

TEST_F(JobTest, AClaimOfTheLaneMakesItsJobsRunning) {
  const std::string one = add_wanting(1);
  const std::string two = add_wanting(2);
  const base::Micros added = now();
  clock_.advance(5);
  claim_one(key_);
  for (const std::string& id : {one, two}) {
    EXPECT_EQ(status(id), kRunning);
    EXPECT_EQ(job(id).attempts, 1);
    EXPECT_EQ(job(id).started_at, added + 5);
  }
}

TEST_F(JobTest, AJobThatComesWhileItsLaneRunsIsRunningAndBeganNoSoonerThanItCame) {
  add_wanting(1);
  claim_one(key_);
  clock_.advance(7);
  const std::string late = add_wanting(2);
  const base::Micros came = now();
  EXPECT_EQ(status(late), kRunning);
  EXPECT_EQ(job(late).started_at, came);
  clock_.advance(7);
  close(2);
  EXPECT_EQ(job(late).started_at, came);
  EXPECT_EQ(job(late).attempts, 1);
}

TEST_F(JobTest, WhatAWorkerHadBegunThatDiedCountsAsAnAttempt) {
  const std::string id = add_wanting(1);
  const base::Micros begun = now();
  claim_one(key_);
  clock_.advance(9);
  write([&](Connection& db) { end_leases(db, "w1", now(), Options{}); });
  EXPECT_EQ(status(id), kNew);
  EXPECT_EQ(job(id).attempts, 1);
  EXPECT_EQ(job(id).started_at, begun);
}

TEST_F(JobTest, ALaneThatTheCentreHoldsRunsNoJob) {
  const std::string id = add_wanting(1);
  write([&](Connection& db) { return take(db, {key_}, "w1").has_value(); });
  EXPECT_EQ(status(id), kNew);
  EXPECT_EQ(job(id).started_at, std::nullopt);
}

TEST_F(JobTest, ARecordClosesTheJobsWhoseIntentItHasReachedAndNoOther) {
  const std::string old = add_wanting(1);
  const std::string reached = add_wanting(2);
  const std::string newer = add_wanting(3);
  const std::string elsewhere = add_wanting(1, "", "pod2");
  claim_one(key_);
  clock_.advance(9);
  close(2);
  EXPECT_EQ(status(old), kSuccess);
  EXPECT_EQ(status(reached), kSuccess);
  EXPECT_EQ(job(reached).finished_at, now());
  EXPECT_EQ(status(newer), kRunning);
  EXPECT_EQ(status(elsewhere), kNew);
}

TEST_F(JobTest, AJobThatWasNeverRunIsSuccessWhenOtherWorkDidIt) {
  const std::string id = add_wanting(2);
  close(5);
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(job(id).attempts, 0);
}

TEST_F(JobTest, AnErrorMakesItFailWithItsWords) {
  const std::string id = add_wanting(2);
  close(2, "dscp_marking: refused");
  EXPECT_EQ(status(id), kFail);
  EXPECT_EQ(job(id).last_error, "dscp_marking: refused");
}

TEST_F(JobTest, AFailureThatNoJobAskedForHasOneThatTellsAndNothingIsDue) {
  add_wanting(2);
  claim_one(key_);
  close(2);
  fail_unasked(2, "no");
  const std::vector<JobRow> told = failed();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].last_error, "no");
  EXPECT_EQ(told[0].wanted, 2);
  EXPECT_EQ(told[0].attempts, 1);
  EXPECT_EQ(told[0].finished_at, now());
  EXPECT_EQ(lane(key_).due_at, std::nullopt);
}

TEST_F(JobTest, AFailureIsToldByTheJobThatWaitsForItsEnd) {
  const std::string asked = add_wanting(2);
  claim_one(key_);
  fail_unasked(2, "no");
  EXPECT_EQ(failed().size(), 1U);
  EXPECT_EQ(status(asked), kFail);
}

TEST_F(JobTest, AFailureOfTheSameIntentIsToldOnce) {
  add_wanting(2);
  claim_one(key_);
  close(2);
  for (const char* words : {"no", "again no"}) fail_unasked(2, words);
  EXPECT_EQ(failed().size(), 1U);
  fail_unasked(3, "no to this too");
  EXPECT_EQ(failed().size(), 2U);
}

TEST_F(JobTest, AnEndedJobIsNeverTouchedAgain) {
  const std::string failed = add_wanting(1);
  close(1, "words");
  const base::Micros ended = now();
  clock_.advance(10);
  close(9);
  write([&](Connection& db) { postpone_jobs(db, lane_now(db, key_), "late", now(), now()); });
  EXPECT_EQ(status(failed), kFail);
  EXPECT_EQ(job(failed).last_error, "words");
  EXPECT_EQ(job(failed).finished_at, ended);
}

TEST_F(JobTest, AWaitingRetryIsNewWithItsAttemptsItsErrorAndItsNextTry) {
  const std::string id = add_wanting(1);
  const base::Micros added = now();
  Lane held = claim_one(key_);
  write([&](Connection& db) { put_back(db, held, RunFailed(RunFailed::Why::held, "in use"), now(), Options{}); });
  EXPECT_EQ(status(id), kNew);
  EXPECT_EQ(job(id).attempts, 1);
  EXPECT_EQ(job(id).last_error, "in use");
  EXPECT_EQ(job(id).next_try_at, now() + Options{}.longest_backoff);
  clock_.advance(Options{}.longest_backoff);
  claim_one(key_);
  close(1);
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(job(id).attempts, 2);
  EXPECT_EQ(job(id).last_error, "in use") << "people may still want to know";
  EXPECT_EQ(job(id).started_at, added);
  EXPECT_EQ(job(id).next_try_at, std::nullopt);
}

TEST_F(JobTest, ALaneHasOpenJobsUntilTheLastOfThemHasEnded) {
  EXPECT_FALSE(write([&](Connection& db) { return has_open_jobs(db, lane_id(db, key_)); }));
  add_wanting(1);
  add_wanting(2);
  claim_one(key_);
  close(1);
  EXPECT_TRUE(write([&](Connection& db) { return has_open_jobs(db, lane_id(db, key_)); }));
  close(2);
  EXPECT_FALSE(write([&](Connection& db) { return has_open_jobs(db, lane_id(db, key_)); }));
}

TEST_F(JobTest, OpenJobsWithoutALaneAreNobodyElses) {
  // As an expanded parent has it that is older than the numbers of lanes.
  const std::string old = add_wanting(1);
  write([&](Connection& db) { db.execute("UPDATE jobs SET lane_id = ? WHERE id = ?", {kNoLane, old}); });
  EXPECT_FALSE(write([&](Connection& db) { return has_open_jobs(db, lane_id(db, {"pod9", "port", "none"})); }));
}

TEST_F(JobTest, ANoteIsKeptBySuccess) {
  const std::string id = add_wanting(1);
  write([&](Connection& db) { note_jobs(db, lane_id(db, key_), "replaced the pod's own policy"); });
  close(1);
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(job(id).last_error, "replaced the pod's own policy");
}

TEST_F(JobTest, AParentHasALaneOfItsOwnAndIsNewUntilItIsExpanded) {
  const std::string parent = add_one_parent();
  EXPECT_TRUE(job(parent).parent);
  EXPECT_EQ(job(parent).lane, (LaneKey{"", "job", parent}));
  claim_one({"", "job", parent});
  EXPECT_EQ(status(parent), kNew);
  add_wanting(3, parent);
  advance(parent, "pod1", false);
  EXPECT_EQ(status(parent), kNew);
  EXPECT_EQ(job(parent).attempts, 0);
  advance(parent, "pod1", true);
  EXPECT_EQ(status(parent), kRunning);
  EXPECT_EQ(job(parent).attempts, 1);
}

TEST_F(JobTest, AnExpansionThatFailedIsShownOnTheParent) {
  const std::string parent = add_one_parent();
  const Lane held = claim_one({"", "job", parent});
  write([&](Connection& db) { put_back(db, held, RunFailed(RunFailed::Why::again, "locked"), now(), Options{}); });
  EXPECT_EQ(status(parent), kNew);
  EXPECT_EQ(job(parent).last_error, "locked");
  EXPECT_GT(job(parent).next_try_at, now());
}

TEST_F(JobTest, AnExpandedParentIsNotSetBackByItsLane) {
  const std::string parent = add_one_parent();
  add_wanting(3, parent);
  advance(parent, "pod1", true);
  write([&](Connection& db) { postpone_jobs(db, lane_now(db, {"", "job", parent}), "late", now(), now()); });
  EXPECT_EQ(status(parent), kRunning);
}

TEST_F(JobTest, AParentSucceedsWithTheLastOfItsChildren) {
  const std::string parent = add_one_parent();
  add_wanting(3, parent, "pod1");
  add_wanting(3, parent, "pod2");
  advance(parent, "pod2", true);
  close(3, "", "pod1");
  EXPECT_EQ(status(parent), kRunning);
  clock_.advance(4);
  close(3, "", "pod2");
  EXPECT_EQ(status(parent), kSuccess);
  EXPECT_EQ(job(parent).finished_at, now());
}

TEST_F(JobTest, AParentFailsWhenOneChildDidAndOnlyAfterTheLastEnded) {
  const std::string parent = add_one_parent();
  add_wanting(3, parent, "pod1");
  add_wanting(3, parent, "pod2");
  advance(parent, "pod2", true);
  close(3, "no such rule type", "pod1");
  EXPECT_EQ(status(parent), kRunning);
  close(3, "", "pod2");
  EXPECT_EQ(status(parent), kFail);
  EXPECT_EQ(job(parent).last_error, "1 failed; one of them: no such rule type");
}

TEST_F(JobTest, ChildrenThatEndDuringTheExpansionDoNotEndTheParentEarly) {
  const std::string parent = add_one_parent();
  add_wanting(3, parent, "pod1");
  advance(parent, "pod1", false);
  close(3, "", "pod1");
  EXPECT_EQ(status(parent), kNew);
  advance(parent, "pod1", true);
  EXPECT_EQ(status(parent), kSuccess);
}

TEST_F(JobTest, AParentWithoutAnyChildSucceedsAtOnce) {
  const std::string parent = add_one_parent();
  advance(parent, "", true);
  EXPECT_EQ(status(parent), kSuccess);
}

TEST_F(JobTest, OneRecordMayEndTheChildrenOfSeveralParents) {
  const std::string first = add_one_parent();
  const std::string second = add_one_parent();
  add_wanting(3, first);
  add_wanting(4, second);
  advance(first, "pod1", true);
  advance(second, "pod1", true);
  close(4);
  EXPECT_EQ(status(first), kSuccess);
  EXPECT_EQ(status(second), kSuccess);
}

TEST_F(JobTest, AJobKeepsItsIdThroughItsWholeLife) {
  const std::string id = add_wanting(1);
  Lane held = claim_one(key_);
  write([&](Connection& db) { put_back(db, held, RunFailed(RunFailed::Why::held, "x"), now(), Options{}); });
  clock_.advance(Options{}.longest_backoff);
  held = claim_one(key_);
  write([&](Connection& db) { end_leases(db, "w1", now(), Options{}); });
  add_worker("w1");
  claim_one(key_);
  close(1);
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM jobs"), 1);
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(job(id).attempts, 3);
}

}  // namespace
}  // namespace tricircle::engine
