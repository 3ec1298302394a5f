#include "api/test_server.hpp"

#include <algorithm>
#include <set>

namespace tricircle::api {
namespace {

constexpr char kSlaac[] = R"(,"ipv6_ra_mode":"slaac","ipv6_address_mode":"slaac")";
constexpr char kStateless[] = R"(,"ipv6_ra_mode":"dhcpv6-stateless","ipv6_address_mode":"dhcpv6-stateless")";
constexpr char kRouter[] = R"(,"device_owner":"network:router_interface")";

// Ports of one network, whose MAC addresses end in what they are told by.
class AddressesTest : public NeutronTest {
 protected:
  std::string make_v6(const std::string& cidr, const std::string& more = "") {
    return make("/v2.0/subnets",
                R"({"subnet":{"network_id":")" + network + R"(","ip_version":6,"cidr":")" + cidr + '"' + more + "}}");
  }
  Answer post_port(const std::string& mac, const std::string& more = "") {
    return post("/v2.0/ports", R"({"port":{"network_id":")" + network + R"(","mac_address":"fa:16:3e:00:00:)" + mac +
                                   '"' + more + "}}");
  }
  Answer change(const std::string& id, const std::string& what) {
    return put("/v2.0/ports/" + id, R"({"port":{)" + what + "}}");
  }

  static std::set<std::string> addresses(const Answer& answer) {
    std::set<std::string> all;
    EXPECT_LT(answer.status, 300) << boost::json::serialize(answer.body);
    if (answer.status >= 300) return all;
    for (const auto& one : answer.body.at("port").at("fixed_ips").as_array())
      all.emplace(one.at("ip_address").as_string());
    return all;
  }
  std::set<std::string> addresses(const std::string& id) { return addresses(get("/v2.0/ports/" + id)); }

  using Set = std::set<std::string>;
  std::string network = make_network();
};

TEST_F(AddressesTest, OneOfEachVersionAndAllThatFollowFromTheMac) {
  make_subnet(network, "10.0.0.0/24");
  clock.advance(1);  // the oldest subnet comes first
  make_subnet(network, "10.1.0.0/24");
  make_v6("fd10::/64");
  make_v6("fd11::/64", kSlaac);
  make_v6("fd12::/64", kStateless);
  EXPECT_EQ(addresses(post_port("14")),
            (Set{"10.0.0.2", "fd10::1", "fd11::f816:3eff:fe00:14", "fd12::f816:3eff:fe00:14"}));
}

TEST_F(AddressesTest, InANewAutomaticSubnetAreGivenToThePortsThatStand) {
  make_v6("fd10::/64");
  const std::string port = post_port("11").id();
  const std::string none = post_port("12", R"(,"fixed_ips":[])").id();
  const std::string router = post_port("13", std::string(kRouter) + R"(,"fixed_ips":[{"ip_address":"fd10::77"}])").id();
  const auto revision = get("/v2.0/ports/" + port).body.at("port").at("revision_number").as_int64();
  make_v6("fd11::/64", kSlaac);
  EXPECT_EQ(addresses(port), (Set{"fd10::1", "fd11::f816:3eff:fe00:11"}));
  EXPECT_EQ(addresses(none), (Set{"fd11::f816:3eff:fe00:12"}));
  EXPECT_EQ(addresses(router), (Set{"fd10::77"}));
  EXPECT_EQ(get("/v2.0/ports/" + port).body.at("port").at("revision_number").as_int64(), revision + 1);
}

TEST_F(AddressesTest, FollowTheMac) {
  make_v6("fd10::/64");
  make_v6("fd11::/64", kSlaac);
  const std::string port = post_port("14").id();
  EXPECT_EQ(addresses(change(port, R"("mac_address":"fa:16:3e:00:00:21")")),
            (Set{"fd10::1", "fd11::f816:3eff:fe00:21"}));
  EXPECT_EQ(addresses(change(port, R"("mac_address":"fa:16:3e:00:00:22","fixed_ips":[{"ip_address":"fd10::99"}])")),
            (Set{"fd10::99", "fd11::f816:3eff:fe00:22"}));
  EXPECT_EQ(count("ip_allocations"), 2);
}

TEST_F(AddressesTest, ThatFollowFromTheMacAreNotAskedFor) {
  const std::string automatic = make_v6("fd11::/64", kSlaac);
  const std::string message = "IPv6 address fd11::5 cannot be directly assigned to a port on subnet " + automatic +
                              " as the subnet is configured for automatic addresses";
  const Answer refused = post_port("17", R"(,"fixed_ips":[{"ip_address":"fd11::5"}])");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.type(), "AllocationOnAutoAddressSubnet");
  EXPECT_EQ(refused.message(), message);
  EXPECT_EQ(post_port("17", R"(,"fixed_ips":[{"ip_address":"fd11::f816:3eff:fe00:17"}])").status, 400);
  const std::string port = post_port("17", R"(,"fixed_ips":[{"subnet_id":")" + automatic + R"("}])").id();
  EXPECT_EQ(addresses(port), (Set{"fd11::f816:3eff:fe00:17"}));
  EXPECT_EQ(change(port, R"("fixed_ips":[{"ip_address":"fd11::5"}])").message(), message);
  EXPECT_EQ(addresses(change(port, R"("fixed_ips":[])")), (Set{"fd11::f816:3eff:fe00:17"}));
  EXPECT_EQ(addresses(change(port, R"("fixed_ips":[{"ip_address":"fd11::f816:3eff:fe00:17"}])")),
            (Set{"fd11::f816:3eff:fe00:17"}));
}

TEST_F(AddressesTest, OfARouterAreAskedForAnywhere) {
  make_v6("fd10::/64");
  const std::string automatic = make_v6("fd11::/64", kSlaac);
  post_port("17");
  EXPECT_EQ(addresses(post_port("18", std::string(kRouter) + R"(,"fixed_ips":[{"ip_address":"fd11::5"}])")),
            (Set{"fd11::5"}));
  EXPECT_EQ(addresses(post_port("19", std::string(kRouter) + R"(,"fixed_ips":[{"subnet_id":")" + automatic + R"("}])")),
            (Set{"fd11::1"}));
  EXPECT_EQ(addresses(post_port("1a", std::string(kRouter) + R"(,"fixed_ips":[{"ip_address":"fd10::"}])")),
            (Set{"fd10::"}));
}

TEST_F(AddressesTest, ThatFollowFromTheMacGoWithTheirSubnet) {
  const std::string stateful = make_v6("fd10::/64");
  const std::string automatic = make_v6("fd11::/64", kSlaac);
  const std::string port = post_port("14").id();
  const std::string router = post_port("18", std::string(kRouter) + R"(,"fixed_ips":[{"ip_address":"fd11::5"}])").id();
  EXPECT_EQ(remove("/v2.0/subnets/" + stateful).type(), "SubnetInUse");
  EXPECT_EQ(remove("/v2.0/subnets/" + automatic).type(), "SubnetInUse");
  ASSERT_EQ(remove("/v2.0/ports/" + router).status, 204);
  EXPECT_EQ(remove("/v2.0/subnets/" + automatic).status, 204);
  EXPECT_EQ(addresses(port), (Set{"fd10::1"}));
  EXPECT_EQ(count("ip_allocations"), 1);
}

TEST_F(AddressesTest, AreAsManyAsAreAskedFor) {
  const std::string subnet = make_subnet(network, "10.0.0.0/24");
  const std::string any = R"({"subnet_id":")" + subnet + R"("})";
  EXPECT_EQ(addresses(post_port("11", R"(,"fixed_ips":[)" + any + "," + any + "," + any + "," + any + "," + any + "," +
                                          any + "]"))
                .size(),
            6U);
}

TEST_F(AddressesTest, ThePluginMayBringThoseThatFollowFromTheMac) {
  const std::string automatic = make_v6("fd11::/64", kSlaac);
  plugin.on_create = [&](domain::Record& wanted) {
    wanted["mac_address"] = "fa:16:3e:00:00:31";
    wanted["fixed_ips"] =
        boost::json::parse(R"([{"subnet_id":")" + automatic + R"(","ip_address":"fd11::f816:3eff:fe00:31"}])");
  };
  EXPECT_EQ(addresses(post_port("14")), (Set{"fd11::f816:3eff:fe00:31"}));
  EXPECT_EQ(count("ip_allocations"), 1);
}

TEST_F(AddressesTest, ComeFromTheSubnetsForTheirKindOfPort) {
  make("/v2.0/subnets", R"({"subnet":{"network_id":")" + network +
                            R"(","ip_version":4,"cidr":"10.5.0.0/24","service_types":["compute:nova"]}})");
  const Answer refused = post_port("11");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.type(), "IpAddressGenerationFailureNoMatchingSubnet");
  EXPECT_EQ(refused.message(),
            "No valid service subnet for the given device owner, network " + network + ", service type .");
  EXPECT_EQ(addresses(post_port("12", R"(,"device_owner":"compute:nova")")), (Set{"10.5.0.2"}));
  EXPECT_EQ(addresses(post_port("13", R"(,"device_owner":"network:dhcp")")), (Set{"10.5.0.3"}));
  make_subnet(network, "10.6.0.0/24");
  EXPECT_EQ(addresses(post_port("14", R"(,"device_owner":"compute:nova")")), (Set{"10.5.0.4"}));
  EXPECT_EQ(addresses(post_port("15")), (Set{"10.6.0.2"}));
}

TEST_F(AddressesTest, AreMatchedWithThoseThatAPortHas) {
  const std::string first = make_subnet(network, "10.0.0.0/24");
  const std::string second = make_subnet(network, "10.1.0.0/24");
  const std::string port = post_port("11").id();
  EXPECT_EQ(
      addresses(change(port, R"("fixed_ips":[{"subnet_id":")" + first + R"("},{"subnet_id":")" + second + R"("}])")),
      (Set{"10.0.0.2", "10.1.0.2"}));
  EXPECT_EQ(addresses(change(port, R"("fixed_ips":[{"subnet_id":")" + second + R"("},{"ip_address":"10.0.0.9"}])")),
            (Set{"10.0.0.9", "10.1.0.2"}));
  EXPECT_EQ(change(port, R"("fixed_ips":[{}])").message(),
            "Invalid input for operation: IP allocation requires subnet_id or ip_address.");
  EXPECT_EQ(addresses(port), (Set{"10.0.0.9", "10.1.0.2"}));
}

}  // namespace
}  // namespace tricircle::api
