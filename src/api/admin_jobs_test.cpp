#include "api/admin.hpp"
#include "storage/sql.hpp"
#include "storage/test_store.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using storage::Connection;

// Counts the transactions that wrote, and the largest of them by the jobs that it changed.
class Counting final : public storage::Database {
 public:
  explicit Counting(storage::Database& real) : real_(real) {}
  void read(const Work& work) override { real_.read(work); }
  void write(const Work& work) override {
    real_.write([&](Connection& db) {
      work(db);
      const auto changed = db.execute("SELECT count(*) AS n FROM jobs WHERE status = 'NEW'").front().integer("n");
      largest = std::max(largest, changed - last_);
      last_ = changed;
    });
  }
  std::int64_t largest = 0;

 private:
  storage::Database& real_;
  std::int64_t last_ = 0;
};

class Away final : public storage::Database {
 public:
  void read(const Work&) override { throw storage::ConnectionLost("secret"); }
  void write(const Work&) override { throw storage::Busy("secret"); }
};

class AdminJobsTest : public testing::Test {
 protected:
  AdminJobsTest() { storage::upgrade(*store_); }

  void failed_jobs(int count) {
    store_->write([&](Connection& db) {
      for (int i = 0; i < count; ++i) {
        const std::string id = "job" + std::to_string(1000 + i);
        storage::insert(db, "jobs",
                        {{"id", id},
                         {"type", "update_port"},
                         {"project_id", "acme"},
                         {"resource", R"({"pod_id": "pod1", "port_id": "p"})"},
                         {"status", "FAIL"},
                         {"pod_id", "pod1"},
                         {"kind", "port"},
                         {"object_id", id},
                         {"wanted", std::int64_t{1}},
                         {"last_error", "no"},
                         {"created_at", clock_.now()},
                         {"updated_at", clock_.now()}});
      }
    });
  }
  json::object put(const std::string& query) {
    http::Request request;
    request.method = "PUT";
    request.path = "/v1.0/jobs";
    request.query = http::parse_query(query);
    const http::Response response = std::get<http::Response>(admin_.handle(request));
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body).as_object();
  }

  base::TestClock clock_;
  std::unique_ptr<storage::Database> store_ = storage::open_test_store();
  Counting counting_{*store_};
  Admin admin_{counting_, clock_, caller_from_headers(), [] {}};
};

TEST_F(AdminJobsTest, ManyJobsAreDoneAgainInSmallTransactions) {
  failed_jobs(450);
  EXPECT_EQ(put("status=FAIL&all_projects=true").at("redone"), json::value(450));
  EXPECT_EQ(counting_.largest, 100);
  EXPECT_EQ(put("status=FAIL&all_projects=true").at("redone"), json::value(0));
}

TEST_F(AdminJobsTest, ALimitIsKeptToWholeBatchesAndTheLinkGoesOnFromThere) {
  failed_jobs(250);
  const json::object first = put("status=FAIL&all_projects=true&limit=150");
  EXPECT_EQ(first.at("redone"), json::value(200));
  const std::string href = json::value_to<std::string>(first.at("jobs_links").at(0).at("href"));
  const json::object second = put(href.substr(href.find('?') + 1));
  EXPECT_EQ(second.at("redone"), json::value(50));
  EXPECT_FALSE(second.contains("jobs_links"));
}

TEST_F(AdminJobsTest, AStoreThatIsAwayIsToBeAskedAgain) {
  Away away;
  Admin admin(away, clock_, caller_from_headers(), [] {});
  http::Request request;
  request.method = "GET";
  request.path = "/v1.0/jobs";
  const http::Response response = std::get<http::Response>(admin.handle(request));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body,
            R"({"serviceUnavailable":{"message":"The database is temporarily unavailable.","code":503}})");
}

}  // namespace
}  // namespace tricircle::api
