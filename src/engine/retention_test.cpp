#include "engine/retention.hpp"

#include "engine/test_plans.hpp"
#include "engine/test_rows.hpp"
#include "storage/sql.hpp"

#include <set>

#include <gmock/gmock.h>

namespace tricircle::engine {
namespace {

using storage::Connection;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr base::Micros kDay = 86'400 * base::kSecond;

class RetentionTest : public RowsTest {
 protected:
  void job_that(const std::string& id, const std::string& status, base::Micros ended = 0,
                const std::string& parent = "", bool is_parent = false) {
    write([&](Connection& db) {
      storage::ColumnValues row{{"id", id},
                                {"type", "qos_update"},
                                {"project_id", "acme"},
                                {"resource", "{}"},
                                {"status", status},
                                {"pod_id", is_parent ? "" : "pod1"},
                                {"kind", is_parent ? "job" : "policy"},
                                {"object_id", is_parent ? id : "gold"},
                                {"wanted", std::int64_t{1}},
                                {"parent_id", parent},
                                {"parent", std::int64_t{is_parent}},
                                {"last_error", ""},
                                {"created_at", now()},
                                {"updated_at", now()}};
      if (ended != 0) row.emplace_back("finished_at", ended);
      storage::insert(db, "jobs", row);
    });
  }
  std::size_t remove(std::size_t most = 100) {
    return write([&](Connection& db) { return remove_old_jobs(db, now(), options_, most); });
  }
  std::set<std::string> left() {
    return write([](Connection& db) {
      std::set<std::string> ids;
      const auto found = db.execute("SELECT id FROM jobs");
      for (const storage::Row& row : found.rows()) ids.insert(row.text("id"));
      return ids;
    });
  }
  base::Micros old() { return now() - 8 * kDay; }
  base::Micros ancient() { return now() - 31 * kDay; }

  Options options_;
};

TEST_F(RetentionTest, WhatSucceededGoesAfterAWeekAndWhatFailedAfterAMonth) {
  job_that("old success", kSuccess, old());
  job_that("young success", kSuccess, now() - 6 * kDay);
  job_that("old failure", kFail, old());
  job_that("ancient failure", kFail, ancient());
  EXPECT_EQ(remove(), 2U);
  EXPECT_THAT(left(), UnorderedElementsAre("young success", "old failure"));
}

TEST_F(RetentionTest, WhatIsOpenStaysHoweverOldItIs) {
  job_that("waiting", kNew);
  job_that("running", kRunning);
  clock_.advance(1000 * kDay);
  EXPECT_EQ(remove(), 0U);
}

TEST_F(RetentionTest, TheChildrenOfAnOpenParentStay) {
  job_that("parent", kRunning, 0, "", true);
  job_that("child", kSuccess, ancient(), "parent");
  EXPECT_EQ(remove(), 0U);
}

TEST_F(RetentionTest, AParentGoesAfterItsLastChild) {
  job_that("parent", kFail, ancient(), "", true);
  job_that("well", kSuccess, ancient(), "parent");
  job_that("ill", kFail, now() - 29 * kDay, "parent");
  EXPECT_EQ(remove(), 1U);
  EXPECT_THAT(left(), UnorderedElementsAre("parent", "ill"));
  clock_.advance(2 * kDay);
  EXPECT_EQ(remove(), 1U);
  EXPECT_EQ(remove(), 1U);
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(RetentionTest, ABatchTakesTheOldestAndNoMoreThanItMay) {
  for (int i = 0; i < 5; ++i) job_that(std::to_string(i), kSuccess, ancient() + i);
  job_that("failure", kFail, ancient());
  EXPECT_EQ(remove(3), 3U);
  EXPECT_THAT(left(), UnorderedElementsAre("3", "4", "failure"));
  EXPECT_EQ(remove(3), 3U);
}

TEST_F(RetentionTest, WhoeverWantsItKeepsThemForEver) {
  options_.job_retention = 0;
  job_that("success", kSuccess, ancient());
  job_that("failure", kFail, ancient());
  EXPECT_EQ(remove(), 1U);
  options_.failed_job_retention = 0;
  job_that("another", kFail, ancient());
  Retention(*store_, clock_, options_).tend();
  EXPECT_EQ(left().size(), 2U);
}

TEST_F(RetentionTest, OfSeveralWorkersOneHasTheTurn) {
  Retention one(*store_, clock_, options_);
  Retention other(*store_, clock_, options_);
  job_that("first", kSuccess, ancient());
  one.tend();
  EXPECT_THAT(left(), IsEmpty());
  job_that("second", kSuccess, ancient());
  one.tend();
  other.tend();
  EXPECT_EQ(left().size(), 1U) << "it is not time";
  clock_.advance(60 * base::kSecond);
  other.tend();
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(RetentionTest, ManyGoInBatchesOneALook) {
  for (int i = 0; i < 450; ++i) job_that(std::to_string(i), kSuccess, ancient());
  Retention retention(*store_, clock_, options_);
  std::vector<std::size_t> counts;
  for (int look = 0; look < 4; ++look) {
    retention.tend();
    counts.push_back(left().size());
  }
  EXPECT_THAT(counts, testing::ElementsAre(250, 50, 0, 0));
}

TEST_F(RetentionTest, OldJobsAreFoundByTheirIndex) {
  if (!storage::test_mariadb_url().empty()) GTEST_SKIP() << "SQLite's plans";
  std::string plans;
  store_->write([&](Connection& db) {
    Explaining explaining(db);
    remove_old_jobs(explaining, now(), options_, 9);
    plans = explaining.plans;
  });
  EXPECT_THAT(plans, HasSubstr("USING INDEX jobs_by_end (status=? AND finished_at<?)"));
  EXPECT_THAT(plans, Not(HasSubstr("SCAN")));
  EXPECT_THAT(plans, Not(HasSubstr("TEMP B-TREE")));
}

}  // namespace
}  // namespace tricircle::engine
