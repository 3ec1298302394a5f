#include "api/test_server.hpp"

#include <set>
#include <thread>

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

class PortsTest : public NeutronTest {
 protected:
  static std::string address_of(const Answer& answer, std::size_t at = 0) {
    return std::string(answer.body.at("port").at("fixed_ips").at(at).at("ip_address").as_string());
  }
  std::string address(const std::string& port) { return address_of(get("/v2.0/ports/" + port)); }
  Answer post_port(const std::string& more = "", http::Headers headers = {}) {
    return post("/v2.0/ports", R"({"port":{"network_id":")" + network + '"' + more + "}}", std::move(headers));
  }

  std::string network = make_network();
  std::string subnet = make_subnet(network, "10.0.0.0/28");
};

TEST_F(PortsTest, GetAnAddressAndAMacOfTheirNetwork) {
  const Answer made = post_port();
  ASSERT_EQ(made.status, 201);
  const auto& port = made.body.at("port").as_object();
  EXPECT_EQ(address_of(made), "10.0.0.2");
  EXPECT_EQ(port.at("fixed_ips").at(0).at("subnet_id"), boost::json::string(subnet));
  EXPECT_TRUE(port.at("mac_address").as_string().starts_with("fa:16:3e:"));
  EXPECT_EQ(port.at("status"), "DOWN");
  EXPECT_EQ(port.at("binding:vif_type"), "unbound");
  EXPECT_EQ(address_of(post_port()), "10.0.0.3");
}

TEST_F(PortsTest, OnAHostArePlugged) {
  const std::string path = "/v2.0/ports/" + post_port().id();
  const Answer bound = put(path, R"({"port":{"binding:host_id":"compute-1"}})");
  EXPECT_EQ(bound.body.at("port").at("binding:vif_type"), "ovs");
  EXPECT_EQ(bound.body.at("port").at("status"), "ACTIVE");
  const Answer unbound = put(path, R"({"port":{"binding:host_id":""}})");
  EXPECT_EQ(unbound.body.at("port").at("status"), "DOWN");
}

TEST_F(PortsTest, AddressesAreNeverGivenTwiceHoweverManyAsk) {
  std::vector<Answer> answers(16);
  std::vector<std::thread> threads;
  for (Answer& answer : answers) threads.emplace_back([&] { answer = post_port(); });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> addresses;
  int refused = 0;
  for (const Answer& answer : answers) {
    if (answer.status == 201) {
      addresses.insert(address_of(answer));
    } else {
      EXPECT_EQ(answer.status, 409);
      EXPECT_EQ(answer.type(), "IpAddressGenerationFailure");
      ++refused;
    }
  }
  EXPECT_EQ(addresses.size(), 13);  // 14 usable, one is the gateway's
  EXPECT_EQ(refused, 3);
  EXPECT_EQ(count("ports"), 13);
}

TEST_F(PortsTest, FreedAddressesAreFoundAgainWhenThePoolIsUsedUp) {
  std::vector<std::string> ports;
  for (int at = 0; at < 13; ++at) ports.push_back(make_port(network));
  const std::string freed = address(ports[4]);
  ASSERT_EQ(remove("/v2.0/ports/" + ports[4]).status, 204);
  EXPECT_EQ(address_of(post_port()), freed);
  EXPECT_EQ(post_port().status, 409);
}

TEST_F(PortsTest, EveryHoleInAFullPoolIsFound) {
  std::vector<std::string> ports;
  for (int at = 0; at < 13; ++at) ports.push_back(make_port(network));
  for (std::size_t hole = 0; hole < 12; ++hole) {
    const std::string freed = address(ports[hole]);
    ASSERT_EQ(remove("/v2.0/ports/" + ports[hole]).status, 204);
    const Answer again = post_port();
    ASSERT_EQ(again.status, 201) << freed;
    EXPECT_EQ(address_of(again), freed);
  }
}

TEST_F(PortsTest, AskForTheAddressesThatTheyWant) {
  EXPECT_EQ(address_of(post_port(R"(,"fixed_ips":[{"ip_address":"10.0.0.9"}])")), "10.0.0.9");
  EXPECT_EQ(post_port(R"(,"fixed_ips":[{"ip_address":"10.0.0.9"}])").type(), "IpAddressAlreadyAllocated");
  EXPECT_EQ(address_of(post_port(R"(,"fixed_ips":[{"subnet_id":")" + subnet + R"("}])")), "10.0.0.10");
  EXPECT_EQ(post_port(R"(,"fixed_ips":[{"ip_address":"10.9.0.9"}])").type(), "InvalidIpForNetwork");
  EXPECT_EQ(post_port(R"(,"fixed_ips":[{"subnet_id":")" + subnet + R"(","ip_address":"10.9.0.9"}])").type(),
            "InvalidIpForSubnet");
  EXPECT_EQ(post_port(R"(,"fixed_ips":[{"subnet_id":")" + network + R"("}])").type(), "SubnetNotFound");
  EXPECT_EQ(post_port(R"(,"fixed_ips":[{}])").type(), "InvalidInput");
  EXPECT_EQ(post_port(R"(,"fixed_ips":[{"ip_address":"x"}])").status, 400);
  EXPECT_TRUE(post_port(R"(,"fixed_ips":[])").body.at("port").at("fixed_ips").as_array().empty());
  EXPECT_EQ(count("ports"), 3);
}

TEST_F(PortsTest, UpdatedAddressesReplaceTheOldOnes) {
  const std::string path = "/v2.0/ports/" + post_port().id();
  const Answer two = put(path, R"({"port":{"fixed_ips":[{"ip_address":"10.0.0.2"},{"ip_address":"10.0.0.7"}]}})");
  ASSERT_EQ(two.status, 200);
  EXPECT_EQ(address_of(two, 1), "10.0.0.7");
  const Answer one = put(path, R"({"port":{"fixed_ips":[{"subnet_id":")" + subnet + R"("}]}})");
  ASSERT_EQ(one.status, 200);
  EXPECT_EQ(one.body.at("port").at("fixed_ips").as_array().size(), 1);
  EXPECT_EQ(count("ip_allocations"), 1);
  EXPECT_EQ(put(path, R"({"port":{"fixed_ips":[]}})").status, 200);
  EXPECT_EQ(count("ip_allocations"), 0);
}

TEST_F(PortsTest, SubnetsThatTheirCallerDoesNotSeeAreNotThere) {
  const std::string other = make_network();
  const std::string unseen = make_subnet(other, "10.9.0.0/24");
  const std::string own = make("/v2.0/networks", R"({"network":{}})", member("p1"));
  const std::string wanted =
      R"({"port":{"network_id":")" + own + R"(","fixed_ips":[{"subnet_id":")" + unseen + R"("}]}})";
  EXPECT_EQ(post("/v2.0/ports", wanted, member("p1")).type(), "InvalidInput") << "the network has no subnets";
  make_subnet(own, "10.8.0.0/24");
  EXPECT_EQ(post("/v2.0/ports", wanted, member("p1")).type(), "SubnetNotFound");
  EXPECT_EQ(post("/v2.0/ports", wanted).type(), "InvalidInput") << "the administrator sees it, on another network";
}

TEST_F(PortsTest, MacAddressesAreUniqueOnANetwork) {
  ASSERT_EQ(post_port(R"(,"mac_address":"FA:16:3E:00:00:01")").body.at("port").at("mac_address"), "fa:16:3e:00:00:01");
  EXPECT_EQ(post_port(R"(,"mac_address":"fa:16:3e:00:00:01")").type(), "MacAddressInUse");
  const std::string other = post_port().id();
  EXPECT_EQ(put("/v2.0/ports/" + other, R"({"port":{"mac_address":"fa:16:3e:00:00:01"}})").status, 409);
  EXPECT_EQ(count("ports"), 2);
}

TEST_F(PortsTest, WithoutAMacGetOne) {
  const Answer made = post_port(R"(,"mac_address":null)");
  ASSERT_EQ(made.status, 201);
  const boost::json::value mac = made.body.at("port").at("mac_address");
  const std::string path = "/v2.0/ports/" + made.id();
  EXPECT_EQ(put(path, R"({"port":{"mac_address":null}})").body.at("port").at("mac_address"), mac);
}

TEST_F(PortsTest, KeepTheMacThatTheyArePluggedWith) {
  const std::string change = R"({"port":{"mac_address":"fa:16:3e:00:00:02"}})";
  const std::string bound = "/v2.0/ports/" + post_port(R"(,"binding:host_id":"compute-1")").id();
  EXPECT_EQ(put(bound, change).type(), "PortBound");
  const std::string dhcp = "/v2.0/ports/" + post_port(R"(,"device_owner":"network:dhcp")").id();
  EXPECT_EQ(put(dhcp, change).type(), "UnsupportedPortDeviceOwner");
}

TEST_F(PortsTest, PairsWithoutAMacAreForTheirOwn) {
  const Answer made = post_port(R"(,"allowed_address_pairs":[{"ip_address":"10.0.0.99"}])");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("port").at("allowed_address_pairs").at(0).at("mac_address"),
            made.body.at("port").at("mac_address"));
  const std::string path = "/v2.0/ports/" + made.id();
  EXPECT_EQ(put(path, R"({"port":{"port_security_enabled":false}})").type(), "AddressPairAndPortSecurityRequired");
  EXPECT_EQ(put(path, R"({"port":{"port_security_enabled":false,"allowed_address_pairs":[]}})").status, 200);
}

TEST_F(PortsTest, AreFilteredAsTheirNetworkSaysUnlessTheySayOtherwise) {
  const std::string open = make_network(R"({"port_security_enabled":false})");
  const auto filtered = [&](const std::string& more) {
    return get("/v2.0/ports/" + make_port(open, more)).body.at("port").at("port_security_enabled").as_bool();
  };
  EXPECT_FALSE(filtered(""));
  EXPECT_TRUE(filtered(R"(,"port_security_enabled":true)"));
  const std::string pairs = R"("allowed_address_pairs":[{"ip_address":"10.0.0.9"}])";
  EXPECT_EQ(post("/v2.0/ports", R"({"port":{"network_id":")" + open + "\"," + pairs + "}}").type(),
            "AddressPairAndPortSecurityRequired");
  const std::int64_t before = count("ports");
  EXPECT_EQ(put("/v2.0/ports/" + make_port(open), R"({"port":{)" + pairs + "}}").status, 409);
  EXPECT_EQ(count("ports"), before + 1);
}

TEST_F(PortsTest, OfTheNetworkAreNotFiltered) {
  const Answer made = post_port(R"(,"device_owner":"network:dhcp")");
  EXPECT_EQ(made.body.at("port").at("port_security_enabled"), false);
}

TEST_F(PortsTest, AddToTheirDhcpOptions) {
  const Answer made = post_port(R"(,"extra_dhcp_opts":[{"opt_name":"a","opt_value":"1"},)"
                                R"({"opt_name":"b","opt_value":null}])");
  ASSERT_EQ(made.body.at("port").at("extra_dhcp_opts").as_array().size(), 1);
  const Answer more = put("/v2.0/ports/" + made.id(),
                          R"({"port":{"extra_dhcp_opts":[{"opt_name":"c","opt_value":"3","ip_version":6}]}})");
  EXPECT_EQ(more.body.at("port").at("extra_dhcp_opts").at(0).at("opt_name"), "a");
  EXPECT_EQ(more.body.at("port").at("extra_dhcp_opts").at(1).at("ip_version"), 6);
}

TEST_F(PortsTest, ServicesBringTheirIdAndMayAskTwice) {
  const std::string id = "22222222-2222-4222-8222-222222222222";
  const std::string with_id = R"(,"id":")" + id + '"';
  EXPECT_EQ(post_port(with_id).message(), "Attribute 'id' not allowed in POST");
  EXPECT_EQ(post_port(with_id, service()).id(), id);
  const Answer again = post_port(with_id, service());
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.id(), id);
  EXPECT_EQ(post_port(R"(,"id":"no-uuid")", service()).status, 400);
  EXPECT_EQ(count("ports"), 1);
}

TEST_F(PortsTest, ArePluggedInAsThePluginSays) {
  plugin.on_create = [&](domain::Record& wanted) {
    wanted["id"] = "33333333-3333-4333-8333-333333333333";
    wanted["mac_address"] = "fa:16:3e:00:00:77";
    wanted["fixed_ips"] = boost::json::parse(R"([{"ip_address":"10.0.0.12"}])");
  };
  const Answer made = post_port();
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.id(), "33333333-3333-4333-8333-333333333333");
  EXPECT_EQ(made.body.at("port").at("mac_address"), "fa:16:3e:00:00:77");
  EXPECT_EQ(address_of(made), "10.0.0.12");
}

TEST_F(PortsTest, ShowTheirNetworksPolicy) {
  const std::string policy = make_policy();
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"qos_policy_id":")" + policy + R"("}})").status, 200);
  const Answer made = post_port();
  EXPECT_EQ(made.body.at("port").at("qos_network_policy_id"), boost::json::string(policy));
  EXPECT_EQ(made.body.at("port").at("qos_policy_id"), nullptr);
}

TEST_F(PortsTest, AreFoundByAddressAndDevice) {
  post_port(R"(,"device_id":"vm1")");
  post_port(R"(,"device_id":"vm2")");
  EXPECT_EQ(get("/v2.0/ports?device_id=vm1&device_id=vm2").body.at("ports").as_array().size(), 2);
  EXPECT_EQ(get("/v2.0/ports?fixed_ips=ip_address%3D10.0.0.3").body.at("ports").as_array().size(), 1);
  EXPECT_EQ(get("/v2.0/ports?fixed_ips=color%3Dred").body.at("ports").as_array().size(), 2);
  EXPECT_EQ(get("/v2.0/ports?fixed_ips=nonsense").type(), "InvalidInput");
  EXPECT_EQ(get("/v2.0/ports?fixed_ips=subnet_id%3D" + subnet).body.at("ports").as_array().size(), 2);
}

TEST_F(PortsTest, TakenOverByThePluginAreLeftToIt) {
  const std::string path = "/v2.0/ports/" + post_port(R"(,"name":"a")").id();
  plugin.take_over = true;
  plugin.notes.clear();
  EXPECT_EQ(put(path, R"({"port":{"name":"b"}})").body.at("port").at("name"), "a");
  EXPECT_EQ(remove(path).status, 204);
  EXPECT_EQ(count("ports"), 1);
  EXPECT_EQ(plugin.notes, (std::vector<std::string>{"committed", "committed"}));
}

TEST_F(PortsTest, HaveAddressesOfBothVersions) {
  const std::string body = R"({"subnet":{"network_id":")" + network + R"(","ip_version":6,"cidr":"fd00::/64"}})";
  ASSERT_EQ(post("/v2.0/subnets", body).status, 201);
  const Answer made = post_port();
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(address_of(made, 0), "10.0.0.2");
  EXPECT_EQ(address_of(made, 1), "fd00::1");
  EXPECT_EQ(address_of(post_port(R"(,"fixed_ips":[{"ip_address":"fd00::ffff:ffff:ffff:ffff"}])")),
            "fd00::ffff:ffff:ffff:ffff");
  EXPECT_EQ(address_of(post_port(), 1), "fd00::2");
}

}  // namespace
}  // namespace tricircle::api
