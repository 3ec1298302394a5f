// How lists are read: SQLite's own plans of what the handlers ask, and how long a page of very many policies takes.
#include "api/test_server.hpp"

#include <chrono>

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Notes SQLite's plan of each SELECT over the policies.
class Explaining : public storage::Connection {
 public:
  Explaining(storage::Connection& db, std::string& plans) : db_(db), plans_(plans) {}
  storage::Dialect dialect() const override { return db_.dialect(); }
  bool in_transaction() const override { return db_.in_transaction(); }
  storage::Result execute(std::string_view sql, std::span<const storage::Value> parameters) override {
    if (sql.find("FROM \"qos_policies\"") != std::string_view::npos) {
      const auto plan = db_.execute("EXPLAIN QUERY PLAN " + std::string(sql), parameters);
      for (const storage::Row& row : plan.rows()) plans_ += row.text("detail") + "\n";
    }
    return db_.execute(sql, parameters);
  }

 private:
  storage::Connection& db_;
  std::string& plans_;
};

class ExplainingStore : public storage::Database {
 public:
  explicit ExplainingStore(storage::Database& store) : store_(store) {}
  void read(const Work& work) override {
    store_.read([&](storage::Connection& db) {
      Explaining explaining(db, plans);
      work(explaining);
    });
  }
  void write(const Work& work) override { store_.write(work); }
  std::string plans;

 private:
  storage::Database& store_;
};

class ListPlans : public NeutronTest {
 protected:
  void SetUp() override {
    if (!storage::test_mariadb_url().empty()) GTEST_SKIP() << "SQLite's plans";
  }

  // Of many policies each tenth is p1's, each thousandth shared; names repeat.
  void fill(std::int64_t count) {
    db->write([&](storage::Connection& connection) {
      connection.execute(
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
          "INSERT INTO qos_policies (id, project_id, name, description, is_default, revision_number, created_at, "
          "updated_at) SELECT printf('%08x-0000-4000-8000-000000000000', i), "
          "CASE i % 10 WHEN 0 THEN 'p1' ELSE 'p' || (i % 1000 + 2) END, 'name-' || (i % 500), '', 0, 1, i, i FROM n",
          {count});
      connection.execute(
          "INSERT INTO rbac_policies (id, project_id, object_type, object_id, target_tenant, action) SELECT id, "
          "project_id, 'qos_policy', id, '*', 'access_as_shared' FROM qos_policies WHERE created_at % 1000 = 0");
    });
  }

  std::string plan_of(const std::string& query, http::Headers headers = {}) {
    explaining.plans.clear();
    http::Request request{.method = "GET",
                          .path = "/v2.0/qos/policies",
                          .query = http::parse_query(query),
                          .headers = std::move(headers)};
    explained.handle(request);
    return explaining.plans;
  }

  ExplainingStore explaining{*db};
  Neutron explained{explaining, clock, plugin, caller_from_headers(), quotas};
};

TEST_F(ListPlans, PoliciesAreFoundAndOrderedByIndexes) {
  const auto by = [](const std::string& index) {
    return AllOf(HasSubstr(index), Not(HasSubstr("TEMP B-TREE FOR ORDER BY")));
  };
  EXPECT_THAT(plan_of("limit=1000"), by("USING INDEX sqlite_autoindex_qos_policies_1"));
  EXPECT_THAT(plan_of("limit=1000&project_id=p1"), by("USING INDEX qos_policies_by_project (project_id=?)"));
  EXPECT_THAT(plan_of("limit=1000&name=gold"), by("USING INDEX qos_policies_by_name (name=?)"));
  EXPECT_THAT(plan_of("limit=1000&sort_key=name&sort_dir=asc"), by("USING INDEX qos_policies_by_name"));
  EXPECT_THAT(plan_of("limit=1000&sort_key=name&sort_dir=desc"), by("USING INDEX qos_policies_by_name"));
  EXPECT_THAT(plan_of("limit=1000&sort_key=id&sort_dir=desc"), by("USING INDEX sqlite_autoindex_qos_policies_1"));
  EXPECT_THAT(plan_of("limit=1000&project_id=p1&sort_key=name&sort_dir=asc"),
              by("USING INDEX qos_policies_by_project_name (project_id=?)"));
}

TEST_F(ListPlans, WhatIsSharedIsLookedUpNotSearched) {
  const char* entry = "SEARCH r USING COVERING INDEX sqlite_autoindex_rbac_policies_2";
  EXPECT_THAT(plan_of("limit=1000&shared=true"), AllOf(HasSubstr(entry), Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(plan_of("limit=1000&shared=false&project_id=p1"),
              AllOf(HasSubstr(entry), HasSubstr("USING INDEX qos_policies_by_project (project_id=?)")));
}

TEST_F(ListPlans, AMembersListReadsHisProjectsAndTheSharedPoliciesAlone) {
  for (const char* query : {"limit=1000", "", "limit=1000&sort_key=name&sort_dir=asc"}) {
    EXPECT_THAT(plan_of(query, member("p1")),
                AllOf(HasSubstr("MULTI-INDEX OR"), HasSubstr("USING COVERING INDEX rbac_policies_by_target"),
                      Not(HasSubstr("SCAN qos_policies"))))
        << query;
  }
}

TEST_F(ListPlans, APageOfVeryManyPoliciesIsReadInAMoment) {
  fill(100'000);
  const std::vector<std::pair<std::string, http::Headers>> lists = {
      {"limit=1000", {}},
      {"limit=1000&project_id=p1", {}},
      {"limit=1000&name=name-7", {}},
      {"limit=1000&shared=true", {}},
      {"limit=1000&sort_key=name&sort_dir=desc", {}},
      {"limit=1000&project_id=p1&sort_key=name&sort_dir=asc", {}},
      {"limit=1000", member("p1")},
      {"limit=1000", member("p17")},
      {"limit=1000&sort_key=name&sort_dir=asc", member("p17")},
  };
  for (const auto& [query, headers] : lists) {
    const auto begun = std::chrono::steady_clock::now();
    const Answer first = get("/v2.0/qos/policies?" + query, headers);
    const auto& page = first.body.at("policies").as_array();
    ASSERT_GE(page.size(), 100U) << query;
    const std::string last(page.back().at("id").as_string());
    EXPECT_EQ(get("/v2.0/qos/policies?" + query + "&marker=" + last, headers).status, 200);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    EXPECT_LT(spent.count(), 3) << query << ": two pages, with sanitizers";
  }
}

}  // namespace
}  // namespace tricircle::api
