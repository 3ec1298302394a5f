// Rules that guarantee something: what their ports ask of Placement, and what holds while machines use them.
#include "api/test_server.hpp"

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;

class Guarantees : public NeutronTest {
 protected:
  Answer add(const std::string& type, const std::string& values) {
    return post(path + "/" + type + "_rules", R"({")" + type + R"(_rule":)" + values + "}");
  }
  std::string port_of(const std::string& owner) {
    return make_port(network, R"(,"device_owner":")" + owner + R"(","qos_policy_id":")" + policy + "\"");
  }
  json::value request_of(const std::string& port) {
    return get("/v2.0/ports/" + port).body.at("port").at("resource_request");
  }

  std::string policy = make_policy();
  std::string path = "/v2.0/qos/policies/" + policy;
  std::string network = make_network(
      R"({"provider:network_type":"vlan","provider:physical_network":"physnet1","provider:segmentation_id":7})");
};

TEST_F(Guarantees, AreAskedOfPlacementByThePortsThatHaveThem) {
  ASSERT_EQ(add("minimum_bandwidth", R"({"min_kbps":100})").status, 201);
  ASSERT_EQ(add("minimum_bandwidth", R"({"min_kbps":200,"direction":"ingress"})").status, 201);
  ASSERT_EQ(add("minimum_packet_rate", R"({"min_kpps":3,"direction":"any"})").status, 201);
  const json::value asked = request_of(port_of(""));
  const json::array& groups = asked.at("request_groups").as_array();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(json::serialize(groups.at(0).at("resources")),
            R"({"NET_BW_EGR_KILOBIT_PER_SEC":100,"NET_BW_IGR_KILOBIT_PER_SEC":200})");
  EXPECT_EQ(json::serialize(groups.at(0).at("required")), R"(["CUSTOM_PHYSNET_PHYSNET1","CUSTOM_VNIC_TYPE_NORMAL"])");
  EXPECT_EQ(json::serialize(groups.at(1).at("resources")), R"({"NET_PACKET_RATE_KILOPACKET_PER_SEC":3})");
  EXPECT_EQ(asked.at("same_subtree").as_array().size(), 2U);
}

TEST_F(Guarantees, AreNotAskedForWithoutThem) {
  ASSERT_EQ(add("bandwidth_limit", R"({"max_kbps":100})").status, 201);
  EXPECT_EQ(request_of(port_of("")), nullptr);
}

TEST_F(Guarantees, StayAsTheyAreWhileAMachineUsesThem) {
  const std::string rule = path + "/minimum_bandwidth_rules/" + add("minimum_bandwidth", R"({"min_kbps":100})").id();
  const std::string port = port_of("network:dhcp");
  EXPECT_EQ(put(rule, R"({"minimum_bandwidth_rule":{"min_kbps":200}})").status, 200) << "no machine's";
  ASSERT_EQ(put("/v2.0/ports/" + port, R"({"port":{"device_owner":"compute:nova"}})").status, 200);
  for (const Answer& answer :
       {add("minimum_packet_rate", R"({"min_kpps":3})"), put(rule, R"({"minimum_bandwidth_rule":{"min_kbps":300}})"),
        put(rule, R"({"minimum_bandwidth_rule":{}})"), remove(rule)}) {
    EXPECT_EQ(answer.status, 501) << json::serialize(answer.body);
    EXPECT_TRUE(answer.body.as_object().contains("NotImplementedError"))
        << "as Neutron names it, without being its own";
  }
  EXPECT_EQ(get(rule).body.at("minimum_bandwidth_rule").at("min_kbps"), 200);
  EXPECT_EQ(add("bandwidth_limit", R"({"max_kbps":1000})").status, 201) << "it guarantees nothing";
}

TEST_F(Guarantees, StayAsTheyAreWhileAMachineIsOnTheirNetwork) {
  ASSERT_EQ(add("minimum_bandwidth", R"({"min_kbps":100})").status, 201);
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"qos_policy_id":")" + policy + "\"}}").status, 200);
  const std::string port = make_port(network, R"(,"device_owner":"compute:nova")");
  EXPECT_NE(request_of(port), nullptr);
  EXPECT_EQ(add("minimum_bandwidth", R"({"min_kbps":5,"direction":"ingress"})").status, 501);
}

}  // namespace
}  // namespace tricircle::api
