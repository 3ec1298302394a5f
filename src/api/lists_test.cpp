#include "api/test_server.hpp"

namespace tricircle::api {
namespace {

class ListsTest : public NeutronTest {
 protected:
  // The names in the order of the answer, "a b c".
  std::string names(const std::string& target) {
    const Answer answer = get(target);
    EXPECT_EQ(answer.status, 200) << boost::json::serialize(answer.body);
    return names_in(answer);
  }
  static std::string names_in(const Answer& answer) {
    std::string all;
    for (const auto& policy : answer.body.at("policies").as_array())
      all += (all.empty() ? "" : " ") + std::string(policy.at("name").as_string());
    return all;
  }
  // Follows the links of a relation to their end.
  std::string walk(std::string target, const std::string& relation) {
    std::string all;
    for (int pages = 0; pages < 10; ++pages) {
      const Answer answer = get(target);
      all += names_in(answer) + "|";
      const auto* links = answer.body.as_object().if_contains("policies_links");
      target.clear();
      if (links == nullptr) break;
      for (const auto& link : links->as_array()) {
        if (link.at("rel") == boost::json::string(relation)) target = std::string(link.at("href").as_string());
      }
      if (target.empty()) break;
      target = target.substr(std::string("http://centre:9696").size());
    }
    return all;
  }
};

constexpr char kPolicies[] = "/v2.0/qos/policies";

TEST_F(ListsTest, AreFilteredByEqualityAndRepeatedFiltersByAnyOfThem) {
  for (const char* name : {"a", "b", "c"}) make_policy(R"({"name":")" + std::string(name) + R"("})");
  make_policy(R"({"name":"d","shared":true,"project_id":"p1"})");
  EXPECT_EQ(names("/v2.0/qos/policies?name=b"), "b");
  EXPECT_EQ(names("/v2.0/qos/policies?name=c&name=a&sort_key=name&sort_dir=asc"), "a c");
  EXPECT_EQ(names("/v2.0/qos/policies?shared=True"), "d");
  EXPECT_EQ(names("/v2.0/qos/policies?tenant_id=p1"), "d");
  EXPECT_EQ(names("/v2.0/qos/policies?shared=yes&name=a"), "");
  EXPECT_EQ(names("/v2.0/qos/policies?tenant_id=p1&project_id=admin"), "") << "two names, two filters";
  EXPECT_EQ(get("/v2.0/qos/policies?shared=perhaps").status, 400);
  EXPECT_EQ(get("/v2.0/networks?mtu=99999999").body.at("networks").as_array().size(), 0);
}

TEST_F(ListsTest, UnknownFiltersAreRefused) {
  for (const char* query : {"foo=1", "updated_at=x", "changed_since=2020-01-01T00:00:00Z", "rules=x", "intent=1"}) {
    SCOPED_TRACE(query);
    const Answer answer = get(std::string(kPolicies) + "?" + query);
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.message().find("is invalid attribute for filtering"), std::string::npos);
  }
  EXPECT_EQ(get("/v2.0/ports?binding:host_id=x").status, 200);
  EXPECT_EQ(get("/v2.0/ports?binding:host_id=x", member("p1")).status, 400);
}

TEST_F(ListsTest, HaveNoPageToTurnWithoutALimit) {
  for (const char* name : {"b", "a", "c"}) make_policy(R"({"name":")" + std::string(name) + R"("})");
  const std::string list = "/v2.0/qos/policies?sort_key=name&sort_dir=asc";
  const std::string b = get("/v2.0/qos/policies?name=b").body.at("policies").at(0).at("id").as_string().c_str();
  EXPECT_EQ(names(list + "&page_reverse=True"), "c b a");
  EXPECT_EQ(names(list + "&page_reverse=maybe"), "a b c");
  EXPECT_EQ(names(list + "&marker=" + b), "a b c");
  EXPECT_EQ(names(list + "&limit=5&marker=" + b), "c");
}

TEST_F(ListsTest, AfterNobodyAreAnErrorOfNetworksAndPorts) {
  EXPECT_EQ(get("/v2.0/networks?limit=2&marker=x").type(), "NetworkNotFound");
  EXPECT_EQ(get("/v2.0/ports?limit=2&marker=x").type(), "PortNotFound");
  EXPECT_EQ(get("/v2.0/subnets?limit=2&marker=x").status, 200);
  EXPECT_EQ(get("/v2.0/networks?marker=x").status, 200);
}

TEST_F(ListsTest, AreNotOrderedByWhatNeutronDoesNotOrderBy) {
  for (const char* list :
       {"qos/policies?sort_key=created_at", "qos/policies?sort_key=is_default", "networks?sort_key=description",
        "ports?sort_key=revision_number", "rbac-policies?sort_key=id"})
    EXPECT_EQ(get("/v2.0/" + std::string(list) + "&sort_dir=asc").status, 400) << list;
  EXPECT_EQ(get("/v2.0/ports?revision_number=x").body.at("ports").as_array().size(), 0);
}

TEST_F(ListsTest, ShowTheFieldsAskedFor) {
  const std::string id = make_policy(R"({"name":"a"})");
  const Answer answer = get("/v2.0/qos/policies?fields=name&fields=tenant_id");
  EXPECT_EQ(boost::json::serialize(answer.body), R"({"policies":[{"name":"a","tenant_id":"admin"}]})");
  EXPECT_EQ(boost::json::serialize(get("/v2.0/qos/policies/" + id + "?fields=name").body),
            R"({"policy":{"name":"a"}})");
}

TEST_F(ListsTest, AreSortedAndPagedBothWays) {
  for (const char* name : {"c", "a", "e", "b", "d"}) make_policy(R"({"name":")" + std::string(name) + R"("})");
  EXPECT_EQ(names("/v2.0/qos/policies?sort_key=name&sort_dir=desc"), "e d c b a");
  const std::string first = "/v2.0/qos/policies?limit=2&sort_key=name&sort_dir=asc";
  EXPECT_EQ(walk(first, "next"), "a b|c d|e|");
  const std::string last = get("/v2.0/qos/policies?name=e").body.at("policies").at(0).at("id").as_string().c_str();
  EXPECT_EQ(walk(first + "&page_reverse=True&marker=" + last, "previous"), "c d|a b||");
  EXPECT_EQ(names("/v2.0/qos/policies?limit=0&sort_key=name&sort_dir=asc"), "a b c d e");
  EXPECT_EQ(names(first + "&marker=unknown"), "a b");
}

TEST_F(ListsTest, ArePagedOverEqualAndMissingValues) {
  const std::string network = make_network();
  for (int at = 0; at < 3; ++at) {
    const std::string cidr = "10." + std::to_string(at) + ".0.0/24";
    make("/v2.0/subnets", R"({"subnet":{"network_id":")" + network + R"(","ip_version":4,"cidr":")" + cidr +
                              R"(","gateway_ip":)" + (at == 1 ? "null" : "\"10." + std::to_string(at) + ".0.9\"") +
                              R"(,"allocation_pools":[]}})");
  }
  for (const std::string direction : {"asc", "desc"}) {
    std::string marker;
    std::set<std::string> seen;
    for (int page = 0; page < 3; ++page) {
      const Answer answer =
          get("/v2.0/subnets?limit=1&sort_key=gateway_ip&sort_dir=" + direction + "&marker=" + marker);
      marker = std::string(answer.body.at("subnets").at(0).at("id").as_string());
      seen.insert(marker);
    }
    EXPECT_EQ(seen.size(), 3) << direction;
  }
}

TEST_F(ListsTest, RefuseOrdersAndLimitsThatAreNone) {
  for (const char* query : {"limit=-1", "limit=x", "limit=99999999999999999999", "sort_key=name", "sort_dir=asc",
                            "sort_key=foo&sort_dir=asc", "sort_key=name&sort_dir=up", "sort_key=rules&sort_dir=asc"}) {
    EXPECT_EQ(get(std::string(kPolicies) + "?" + query).status, 400) << query;
  }
  EXPECT_EQ(get(std::string(kPolicies) + "?limit=-1").type(), "BadRequest");
}

TEST_F(ListsTest, OfRulesAreFilteredToo) {
  const std::string path = "/v2.0/qos/policies/" + make_policy() + "/bandwidth_limit_rules";
  make(path, R"({"bandwidth_limit_rule":{"max_kbps":5}})");
  const std::string id = make(path, R"({"bandwidth_limit_rule":{"max_kbps":7,"direction":"ingress"}})");
  EXPECT_EQ(get(path + "?max_kbps=7").body.at("bandwidth_limit_rules").at(0).at("id"), boost::json::string(id));
  EXPECT_EQ(get(path + "?id=" + id).body.at("bandwidth_limit_rules").as_array().size(), 1);
  EXPECT_EQ(get(path + "?min_kbps=7").status, 400);
}

}  // namespace
}  // namespace tricircle::api
