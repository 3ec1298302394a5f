// What counts as a change, as a Neutron of Zed was seen to count it.
#include "api/test_server.hpp"

namespace tricircle::api {
namespace {

class Revisions : public NeutronTest {
 protected:
  // What the object counts after a PUT of `body`; -1 when it was refused.
  std::int64_t after(const std::string& path, const std::string& key, const std::string& body) {
    if (put(path, R"({")" + key + R"(":)" + body + "}").status != 200) return -1;
    return of(path, key);
  }
  std::int64_t of(const std::string& path, const std::string& key) {
    return get(path).body.at(key).at("revision_number").as_int64();
  }
  std::string shared_with(const std::string& network, const std::string& target, const std::string& action) {
    return make("/v2.0/rbac-policies", R"({"rbac_policy":{"object_type":"network","object_id":")" + network +
                                           R"(","target_tenant":")" + target + R"(","action":")" + action + R"("}})");
  }
};

TEST_F(Revisions, OfAPolicyCountWhatIsGivenButNeitherSharingNorTheSameDefault) {
  EXPECT_EQ(of("/v2.0/qos/policies/" + make_policy(R"({"is_default":true,"project_id":"p1"})"), "policy"), 1);
  const std::string path = "/v2.0/qos/policies/" + make_policy();
  EXPECT_EQ(of(path, "policy"), 0);
  EXPECT_EQ(after(path, "policy", R"({"name":""})"), 1);
  EXPECT_EQ(after(path, "policy", R"({"shared":true})"), 1);
  EXPECT_EQ(after(path, "policy", R"({"shared":false,"is_default":false})"), 1);
  EXPECT_EQ(after(path, "policy", R"({"is_default":true})"), 2);
  EXPECT_EQ(after(path, "policy", R"({"is_default":true})"), 2);
}

TEST_F(Revisions, OfANetworkCountWhatIsGivenUnlessItIsSharedOrExternalAlready) {
  const std::string path = "/v2.0/networks/" + make_network();
  EXPECT_EQ(of(path, "network"), 1);
  EXPECT_EQ(after(path, "network", "{}"), 1);
  EXPECT_EQ(after(path, "network", R"({"name":""})"), 2);
  EXPECT_EQ(after(path, "network", R"({"shared":false})"), 2);
  EXPECT_EQ(after(path, "network", R"({"shared":true})"), 3);
  EXPECT_EQ(after(path, "network", R"({"router:external":false,"qos_policy_id":null})"), 3);
  EXPECT_EQ(after(path, "network", R"({"router:external":true,"shared":true})"), 4);
  EXPECT_TRUE(get(path).body.at("network").at("router:external").as_bool());
}

TEST_F(Revisions, OfANetworkCountItsSubnetsAndWithWhomItIsShared) {
  const std::string id = make_network();
  const std::string path = "/v2.0/networks/" + id;
  const std::string subnet = "/v2.0/subnets/" + make_subnet(id, "10.0.0.0/24");
  EXPECT_EQ(of(path, "network"), 2);
  EXPECT_EQ(after(subnet, "subnet", "{}"), 1);
  EXPECT_EQ(of(path, "network"), 3);
  ASSERT_EQ(remove(subnet).status, 204);
  EXPECT_EQ(of(path, "network"), 4);
  const std::string first = shared_with(id, "p1", "access_as_external");  // and it becomes external
  EXPECT_EQ(of(path, "network"), 6);
  shared_with(id, "p2", "access_as_external");
  EXPECT_EQ(of(path, "network"), 7);
  ASSERT_EQ(remove("/v2.0/rbac-policies/" + first).status, 204);
  EXPECT_EQ(of(path, "network"), 8);
}

TEST_F(Revisions, CountSeveralSubnetsOfARequestOnceAndSeveralRulesEach) {
  const std::string id = make_network();
  const std::string subnet = R"({"network_id":")" + id + R"(","ip_version":4,"cidr":"10.0.)";
  ASSERT_EQ(post("/v2.0/subnets", R"({"subnets":[)" + subnet + R"(0.0/24"},)" + subnet + R"(1.0/24"}]})").status, 201);
  EXPECT_EQ(of("/v2.0/networks/" + id, "network"), 2);
  const std::string path = "/v2.0/qos/policies/" + make_policy();
  ASSERT_EQ(post(path + "/bandwidth_limit_rules",
                 R"({"bandwidth_limit_rules":[{"max_kbps":1},{"max_kbps":2,"direction":"ingress"}]})")
                .status,
            201);
  EXPECT_EQ(of(path, "policy"), 2);
}

TEST_F(Revisions, OfASubnetStartAtOneWithServiceTypes) {
  const std::string network = make_network();
  EXPECT_EQ(of("/v2.0/subnets/" + make_subnet(network, "10.0.0.0/24"), "subnet"), 0);
  EXPECT_EQ(of("/v2.0/subnets/" + make_subnet(network, "10.0.1.0/24", R"(,"service_types":["compute:x"])"), "subnet"),
            1);
}

TEST_F(Revisions, OfAPortCountEveryPut) {
  const std::string path = "/v2.0/ports/" + make_port(make_network());
  EXPECT_EQ(of(path, "port"), 1);
  EXPECT_EQ(after(path, "port", "{}"), 2);
  EXPECT_EQ(after(path, "port", R"({"name":"","qos_policy_id":null})"), 3);
}

}  // namespace
}  // namespace tricircle::api
