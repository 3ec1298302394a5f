#include "api/test_server.hpp"

namespace tricircle::api {
namespace {

class SubnetsTest : public NeutronTest {
 protected:
  Answer post_subnet(const std::string& cidr, const std::string& more = "", http::Headers headers = {}) {
    return post("/v2.0/subnets",
                R"({"subnet":{"network_id":")" + network + R"(","ip_version":4,"cidr":")" + cidr + '"' + more + "}}",
                std::move(headers));
  }

  std::string network = make_network();
};

TEST_F(SubnetsTest, GetAGatewayAndAPool) {
  const Answer made = post_subnet("10.0.0.0/24");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("subnet").at("gateway_ip"), "10.0.0.1");
  EXPECT_EQ(boost::json::serialize(made.body.at("subnet").at("allocation_pools")),
            R"([{"start":"10.0.0.2","end":"10.0.0.254"}])");
  EXPECT_EQ(get("/v2.0/networks/" + network).body.at("network").at("subnets").at(0), boost::json::string(made.id()));
}

TEST_F(SubnetsTest, MayBeWithoutAGateway) {
  const Answer made = post_subnet("10.0.0.0/30", R"(,"gateway_ip":null)");
  EXPECT_EQ(made.body.at("subnet").at("gateway_ip"), nullptr);
  EXPECT_EQ(made.body.at("subnet").at("allocation_pools").at(0).at("start"), "10.0.0.1");
}

TEST_F(SubnetsTest, GiveAddressesFromTheirPoolsOnly) {
  ASSERT_EQ(post_subnet("10.0.0.0/24", R"(,"allocation_pools":[{"start":"10.0.0.50","end":"10.0.0.50"},)"
                                       R"({"start":"10.0.0.60","end":"10.0.0.60"}])")
                .status,
            201);
  EXPECT_EQ(get("/v2.0/ports/" + make_port(network)).body.at("port").at("fixed_ips").at(0).at("ip_address"),
            "10.0.0.50");
  EXPECT_EQ(get("/v2.0/ports/" + make_port(network)).body.at("port").at("fixed_ips").at(0).at("ip_address"),
            "10.0.0.60");
  EXPECT_EQ(post("/v2.0/ports", R"({"port":{"network_id":")" + network + R"("}})").type(),
            "IpAddressGenerationFailure");
}

TEST_F(SubnetsTest, ThatCannotBeAreRefused) {
  ASSERT_EQ(post_subnet("10.0.0.0/24").status, 201);
  EXPECT_EQ(post_subnet("10.0.0.128/25").type(), "InvalidInput");
  EXPECT_EQ(post_subnet("0.0.0.0/0").status, 400);
  EXPECT_EQ(post_subnet("10.1.0.0").status, 400);
  EXPECT_EQ(post_subnet("10.1.0.0/24", R"(,"allocation_pools":[{"start":"10.1.0.1","end":"10.1.0.9"}])").type(),
            "GatewayConflictWithAllocationPools");
  EXPECT_EQ(count("subnets"), 1);
}

TEST_F(SubnetsTest, InUseAreNotDeleted) {
  const std::string subnet = make_subnet(network, "10.0.0.0/24");
  const std::string port = make_port(network);
  EXPECT_EQ(remove("/v2.0/subnets/" + subnet).type(), "SubnetInUse");
  ASSERT_EQ(remove("/v2.0/ports/" + port).status, 204);
  EXPECT_EQ(remove("/v2.0/subnets/" + subnet).status, 204);
}

TEST_F(SubnetsTest, AreMadeByTheOwnerOfTheNetwork) {
  EXPECT_EQ(post_subnet("10.0.0.0/24", "", member("p1")).type(), "NetworkNotFound");
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"shared":true}})").status, 200);
  EXPECT_EQ(post_subnet("10.0.0.0/24", "", member("p1")).type(), "PolicyNotAuthorized");
  EXPECT_EQ(count("subnets"), 0);
}

TEST_F(SubnetsTest, ChangeWhatTheyTellTheirPorts) {
  const std::string path = "/v2.0/subnets/" + make_subnet(network, "10.0.0.0/24");
  const Answer changed = put(path, R"({"subnet":{"dns_nameservers":["8.8.8.8"],"enable_dhcp":false}})");
  EXPECT_EQ(changed.body.at("subnet").at("dns_nameservers").at(0), "8.8.8.8");
  EXPECT_EQ(changed.body.at("subnet").at("enable_dhcp"), false);
  EXPECT_EQ(put(path, R"({"subnet":{"cidr":"10.1.0.0/24"}})").status, 400);
  EXPECT_EQ(put(path, R"({"subnet":{"gateway_ip":"10.0.0.77"}})").type(), "GatewayConflictWithAllocationPools");
  EXPECT_EQ(put(path, R"({"subnet":{"subnetpool_id":null}})").message(),
            "Cannot update read-only attribute subnetpool_id");
}

TEST_F(SubnetsTest, KeepTheGatewayThatARouterHas) {
  const std::string path = "/v2.0/subnets/" + make_subnet(network, "10.0.0.0/24");
  const std::string owner = R"(,"device_owner":"network:router_interface")";
  const std::string port = make_port(network, owner + R"(,"fixed_ips":[{"ip_address":"10.0.0.1"}])");
  const Answer refused = put(path, R"({"subnet":{"gateway_ip":"10.9.0.1"}})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.message(), "Current gateway ip 10.0.0.1 already in use by port " + port + ". Unable to update.");
  EXPECT_EQ(put(path, R"({"subnet":{"gateway_ip":null}})").status, 200);
}

TEST_F(SubnetsTest, HaveNoSubnetPool) {
  const Answer made = post_subnet("10.0.0.0/24", R"(,"subnetpool_id":null,"use_default_subnetpool":false)");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("subnet").at("subnetpool_id"), nullptr);
  EXPECT_FALSE(made.body.at("subnet").as_object().contains("prefixlen"));
  EXPECT_FALSE(made.body.at("subnet").as_object().contains("use_default_subnetpool"));
  EXPECT_EQ(get("/v2.0/subnets?subnetpool_id=" + network).body.at("subnets").as_array().size(), 0);
  EXPECT_EQ(post_subnet("10.1.0.0/24", R"(,"subnetpool_id":")" + network + '"').type(), "SubnetPoolNotFound");
  EXPECT_EQ(count("subnets"), 1);
}

TEST_F(SubnetsTest, OfANetworkThatIsNotThereAreMissingItFirst) {
  const Answer answer = post("/v2.0/subnets", R"({"subnet":{"network_id":"00000000-0000-4000-8000-000000000001",)"
                                              R"("ip_version":6,"cidr":"10.0.0.0/31"}})");
  EXPECT_EQ(answer.type(), "NetworkNotFound");
}

TEST_F(SubnetsTest, WithOnlyNeutronsOwnPortsAreDeleted) {
  const std::string subnet = make_subnet(network, "10.0.0.0/24");
  const std::string port = make_port(network, R"(,"device_owner":"network:dhcp")");
  EXPECT_EQ(remove("/v2.0/subnets/" + subnet).status, 204);
  EXPECT_TRUE(get("/v2.0/ports/" + port).body.at("port").at("fixed_ips").as_array().empty());
  EXPECT_EQ(count("ip_allocations"), 0);
}

}  // namespace
}  // namespace tricircle::api
