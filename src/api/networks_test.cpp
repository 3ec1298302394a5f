#include "api/test_server.hpp"

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

using testing::Contains;
using Networks = NeutronTest;

TEST_F(Networks, AreMadeWithDefaultsAndHideWhatIsTheAdministrators) {
  const Answer made = post("/v2.0/networks", R"({"network":{"name":"n"}})", member("p1"));
  ASSERT_EQ(made.status, 201);
  const auto& network = made.body.at("network").as_object();
  EXPECT_EQ(network.at("project_id"), "p1");
  EXPECT_EQ(network.at("status"), "ACTIVE");
  EXPECT_EQ(network.at("mtu"), 1500);
  EXPECT_EQ(network.at("qos_policy_id"), nullptr);
  EXPECT_TRUE(network.at("subnets").as_array().empty());
  EXPECT_FALSE(network.contains("provider:network_type"));
  EXPECT_TRUE(get("/v2.0/networks/" + made.id()).body.at("network").as_object().contains("provider:network_type"));
}

TEST_F(Networks, TakeOnlyAPolicyThatTheirCallerSees) {
  const std::string hidden = make_policy();
  const std::string shared = make_policy(R"({"shared":true})");
  const std::string network = make("/v2.0/networks", R"({"network":{}})", member("p1"));
  const auto set = [&](const std::string& policy, const http::Headers& caller) {
    return put("/v2.0/networks/" + network, R"({"network":{"qos_policy_id":)" + policy + "}}", caller);
  };
  EXPECT_EQ(set('"' + hidden + '"', member("p1")).type(), "QosPolicyNotFound");
  EXPECT_EQ(set('"' + network + '"', {}).type(), "QosPolicyNotFound");
  EXPECT_EQ(set('"' + shared + '"', member("p1")).status, 200);
  EXPECT_EQ(set("null", member("p1")).body.at("network").at("qos_policy_id"), nullptr);
  EXPECT_EQ(set('"' + hidden + '"', {}).status, 200);
  EXPECT_EQ(set("null", member("p1")).type(), "PolicyRemoveAuthorizationError");
}

TEST_F(Networks, NewOnesGetTheirProjectsDefaultPolicyEvenOverNull) {
  const std::string policy = make_policy(R"({"is_default":true,"project_id":"p1"})");
  const Answer made = post("/v2.0/networks", R"({"network":{"qos_policy_id":null}})", member("p1"));
  EXPECT_EQ(made.body.at("network").at("qos_policy_id"), boost::json::string(policy));
  EXPECT_EQ(post("/v2.0/networks", R"({"network":{}})").body.at("network").at("qos_policy_id"), nullptr);
}

TEST_F(Networks, WithPortsAreNotDeletedAndOthersTakeTheirSubnetsAlong) {
  const std::string network = make_network();
  make_subnet(network, "10.0.0.0/24");
  const std::string port = make_port(network);
  EXPECT_EQ(remove("/v2.0/networks/" + network).type(), "NetworkInUse");
  ASSERT_EQ(remove("/v2.0/ports/" + port).status, 204);
  EXPECT_EQ(remove("/v2.0/networks/" + network).status, 204);
  EXPECT_EQ(count("subnets"), 0);
  EXPECT_THAT(plugin.notes, Contains("deleted subnet of admin"));
}

TEST_F(Networks, InUseNameTheirPortsAndTakeNeutronsOwnAlong) {
  const std::string network = make_network();
  const std::string own = make_port(network, R"(,"device_owner":"network:dhcp")");
  const std::string port = make_port(network);
  EXPECT_EQ(remove("/v2.0/networks/" + network).message(),
            "Unable to complete operation on network " + network +
                ". There are one or more ports still in use on the network, id for these ports is: " + port + ".");
  ASSERT_EQ(remove("/v2.0/ports/" + port).status, 204);
  EXPECT_EQ(remove("/v2.0/networks/" + network).status, 204);
  EXPECT_EQ(get("/v2.0/ports/" + own).status, 404);
}

TEST_F(Networks, AreWantedOnlyInZonesThatThereAre) {
  db->write([](storage::Connection& connection) {
    connection.execute(
        "INSERT INTO pods (pod_id, region_name, az_name, pod_az_name, dc_name, neutron_url, embedded, created_at) "
        "VALUES ('P', 'RegionOne', 'az1', 'nova', '', '', 0, 0)");
  });
  const auto wanted_in = [&](const std::string& zone) {
    return post("/v2.0/networks", R"({"network":{"availability_zone_hints":[")" + zone + "\"]}}");
  };
  EXPECT_EQ(wanted_in("nowhere").status, 201);  // as far as a server knows that has not all pods
  plugin.all_pods = true;
  const Answer refused = wanted_in("nowhere");
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.type(), "AvailabilityZoneNotFound");
  EXPECT_EQ(refused.message(), "AvailabilityZone nowhere could not be found.");
  for (const char* zone : {"az1", "nova", "RegionOne"}) EXPECT_EQ(wanted_in(zone).status, 201) << zone;
  EXPECT_EQ(count("networks"), 4);
}

TEST_F(Networks, ShowTheZonesThatTheyAreIn) {
  const std::string network = make_network();
  EXPECT_TRUE(get("/v2.0/networks/" + network).body.at("network").at("availability_zones").as_array().empty());
  db->write([&](storage::Connection& connection) {
    for (const char* pod : {"2", "1"}) {
      connection.execute(
          "INSERT INTO pods (pod_id, region_name, az_name, pod_az_name, dc_name, neutron_url, embedded, created_at) "
          "VALUES (?, ?, ?, '', '', '', 0, 0)",
          {std::string("P") + pod, std::string("R") + pod, std::string("az") + pod});
      connection.execute(
          "INSERT INTO resource_routings (central_id, local_id, pod_id, project_id, resource_type, created_at, "
          "updated_at) VALUES (?, 'L', ?, 'p', 'network', 0, 0)",
          {network, std::string("P") + pod});
    }
  });
  EXPECT_EQ(boost::json::serialize(get("/v2.0/networks/" + network).body.at("network").at("availability_zones")),
            R"(["az1","az2"])");
  const Answer zones = get("/v2.0/availability_zones");
  EXPECT_EQ(boost::json::serialize(zones.body),
            R"({"availability_zones":[{"name":"az1","resource":"network","state":"available"},)"
            R"({"name":"az2","resource":"network","state":"available"}]})");
  EXPECT_EQ(get("/v2.0/availability_zones?name=az2&fields=name").body.at("availability_zones").as_array().size(), 1);
  EXPECT_EQ(get("/v2.0/availability_zones?resource=router").body.at("availability_zones").as_array().size(), 0);
  EXPECT_EQ(get("/v2.0/availability_zones?foo=1").status, 400);
}

TEST_F(Networks, KeepWhatTheyAreMadeOf) {
  EXPECT_EQ(post("/v2.0/networks", R"({"network":{"provider:physical_network":"physnet1"}})").message(),
            "Invalid input for operation: network_type required.");
  const std::string path =
      "/v2.0/networks/" + make_network(R"({"provider:network_type":"vlan","provider:physical_network":"physnet1",)"
                                       R"("provider:segmentation_id":5})");
  EXPECT_EQ(put(path, R"({"network":{"provider:network_type":"flat"}})").type(), "InvalidInput");
  EXPECT_EQ(
      put(path, R"({"network":{"provider:segmentation_id":6}})").body.at("network").at("provider:segmentation_id"), 6);
}

TEST_F(Networks, AreMadeSeveralAtOnceOrNoneOfThem) {
  const Answer made = post("/v2.0/networks", R"({"networks":[{"name":"a"},{"network":{"name":"b"}}]})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("networks").at(1).at("name"), "b");
  const Answer failed =
      post("/v2.0/networks", R"({"networks":[{"name":"c"},{"qos_policy_id":"00000000-0000-4000-8000-000000000000"}]})");
  EXPECT_EQ(failed.status, 404);
  EXPECT_EQ(count("networks"), 2);
  EXPECT_EQ(post("/v2.0/networks", R"({"networks":[]})").status, 400);
}

TEST_F(Networks, OfOthersAreNotThereAndAttributesOfAdministratorsForbidden) {
  const std::string own = make_network(R"({"project_id":"p1"})");
  const std::string shared = make_network(R"({"shared":true})");
  make_network();
  EXPECT_EQ(get("/v2.0/networks", member("p1")).body.at("networks").as_array().size(), 2);
  EXPECT_EQ(put("/v2.0/networks/" + shared, R"({"network":{"name":"x"}})", member("p1")).status, 403);
  EXPECT_EQ(put("/v2.0/networks/" + own, R"({"network":{"name":"x"}})", member("p2")).status, 404);
  EXPECT_EQ(put("/v2.0/networks/" + own, R"({"network":{"shared":true}})", member("p1")).status, 403);
  EXPECT_EQ(post("/v2.0/networks", R"({"network":{"provider:network_type":"vlan"}})", member("p1")).status, 403);
  EXPECT_EQ(post("/v2.0/networks", R"({"network":{"project_id":"p2"}})", member("p1")).status, 400);
  EXPECT_EQ(count("networks"), 3);
}

TEST_F(Networks, WithAPolicyThatTheirOwnerCannotSeeAreChangedInAllElse) {
  const std::string own = make_network(R"({"project_id":"p1"})");
  const std::string hidden = make_policy();
  ASSERT_EQ(put("/v2.0/networks/" + own, R"({"network":{"qos_policy_id":")" + hidden + R"("}})").status, 200);
  EXPECT_EQ(put("/v2.0/networks/" + own, R"({"network":{"name":"x"}})", member("p1")).status, 200);
  for (const std::string& policy : {std::string("null"), "\"" + hidden + "\""}) {
    const std::string body = R"({"network":{"qos_policy_id":)" + policy + "}}";
    EXPECT_EQ(put("/v2.0/networks/" + own, body, member("p1")).type(), "PolicyRemoveAuthorizationError") << policy;
  }
}

TEST_F(Networks, ThatAreMissingAreAskedOfThePlugin) {
  const std::string id = "11111111-1111-4111-8111-111111111111";
  const auto is_asked = [&] {
    const std::vector<std::string> notes = std::exchange(plugin.notes, {});
    return notes.empty() ? "" : notes.front();
  };
  EXPECT_EQ(get("/v2.0/networks/" + id).type(), "NetworkNotFound");
  EXPECT_EQ(is_asked(), "missing network " + id);
  EXPECT_EQ(get("/v2.0/networks?id=" + id).body.at("networks").as_array().size(), 0);
  EXPECT_EQ(is_asked(), "missing network " + id);
  EXPECT_EQ(get("/v2.0/subnets?network_id=" + id).status, 200);
  EXPECT_EQ(is_asked(), "missing network " + id);
  EXPECT_EQ(post("/v2.0/ports", R"({"port":{"network_id":")" + id + R"("}})").status, 404);
  EXPECT_EQ(is_asked(), "missing network " + id);
  EXPECT_EQ(get("/v2.0/networks/some-name").status, 404);
  EXPECT_EQ(is_asked(), "");
}

}  // namespace
}  // namespace tricircle::api
