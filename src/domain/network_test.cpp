#include "domain/network.hpp"

#include "domain/test_support.hpp"
#include "domain/validate.hpp"

#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

constexpr char kFine[] = "nothing was refused";

std::string outcome(const std::string& given) {
  return refusal([&] { check_provider_attributes(parsed_for_create(network_resource(), record(given))); });
}

std::string operation(const std::string& message) {
  return "InvalidInput: Invalid input for operation: " + message + ".";
}

// A provider network by type, physical network ("" = none) and segmentation id (0 = none).
std::string made_of(const std::string& type, const std::string& physical, int id) {
  std::string body = R"("provider:network_type": ")" + type + '"';
  if (!physical.empty()) body += R"(, "provider:physical_network": ")" + physical + '"';
  if (id != 0) body += R"(, "provider:segmentation_id": )" + std::to_string(id);
  return outcome("{" + body + "}");
}

TEST(Network, IsMadeOfWhatItsTypeCanBe) {
  EXPECT_EQ(outcome("{}"), kFine);
  EXPECT_EQ(made_of("local", "", 0), kFine);
  EXPECT_EQ(made_of("flat", "physnet1", 0), kFine);
  EXPECT_EQ(made_of("vlan", "physnet1", 4094), kFine);
  EXPECT_EQ(made_of("vxlan", "", 9999), kFine);
  EXPECT_EQ(made_of("local", "physnet1", 0), operation("physical_network prohibited for local provider network"));
  EXPECT_EQ(made_of("local", "", 5), operation("segmentation_id prohibited for local provider network"));
  EXPECT_EQ(made_of("flat", "", 0), operation("physical_network required for flat provider network"));
  EXPECT_EQ(made_of("flat", "physnet1", 5), operation("segmentation_id prohibited for flat provider network"));
  EXPECT_EQ(made_of("vlan", "", 5), operation("segmentation_id requires physical_network for VLAN provider network"));
  EXPECT_EQ(made_of("vlan", "physnet1", 4095), operation("segmentation_id out of range (1 through 4094)"));
  EXPECT_EQ(made_of("vxlan", "physnet1", 0), operation("provider:physical_network specified for vxlan network"));
  EXPECT_EQ(made_of("token-ring", "", 0), operation("network_type value 'token-ring' not supported"));
  EXPECT_EQ(outcome(R"({"provider:segmentation_id": 5})"), operation("network_type required"));
}

TEST(Network, ChangesOnlyAVlansNumber) {
  const Record vlan = record(R"({"provider:network_type": "vlan", "provider:physical_network": "physnet1",
                                 "provider:segmentation_id": 5})");
  const auto change = [&](const char* given) { return refusal([&] { check_provider_change(vlan, record(given)); }); };
  EXPECT_EQ(change(R"({"provider:segmentation_id": 6})"), kFine);
  EXPECT_EQ(change(R"({"provider:network_type": "vlan"})"), kFine);
  EXPECT_EQ(change(R"({"provider:network_type": "flat"})"),
            operation("Plugin does not support updating the following provider network attributes: "
                      "provider:physical_network, provider:network_type"));
  EXPECT_EQ(change(R"({"provider:segmentation_id": 5000})"),
            operation("segmentation_id out of range (1 through 4094)"));
  const Record local = record(R"({"provider:network_type": "local", "provider:physical_network": null,
                                  "provider:segmentation_id": null})");
  EXPECT_EQ(refusal([&] { check_provider_change(local, record(R"({"provider:segmentation_id": 7})")); }),
            operation("Only VLAN type networks can be updated."));
}

TEST(Network, HasAnMtuAndFewZoneHints) {
  const auto parsed = [](const std::string& given) {
    return refusal([&] { parsed_for_create(network_resource(), record(given)); });
  };
  EXPECT_EQ(parsed_for_create(network_resource(), record(R"({"mtu": 0})")).at("mtu"), 1500);
  EXPECT_EQ(parsed(R"({"mtu": -1})"), "HTTPBadRequest: Invalid input for mtu. Reason: '-1' should be non-negative.");
  EXPECT_EQ(refusal([&] {
              network_resource().check(nullptr, parsed_for_create(network_resource(), record(R"({"mtu": 70000})")));
            }),
            operation("Requested MTU is too big, maximum is 65535"));
  EXPECT_EQ(parsed(R"({"availability_zone_hints": ["a", "b"]})"), kFine);
  EXPECT_EQ(parsed(R"({"availability_zone_hints": ["a", "a"]})"),
            "HTTPBadRequest: Invalid input for availability_zone_hints. Reason: Duplicate items in the list: 'a'.");
  EXPECT_EQ(parsed(R"({"availability_zone_hints": null})"),
            "HTTPBadRequest: Invalid input for availability_zone_hints. Reason: 'None' is not a list.");
  EXPECT_EQ(parsed(R"({"availability_zone_hints": [")" + std::string(300, 'x') + "\"]}"),
            operation("Too many availability_zone_hints specified"));
}

}  // namespace
}  // namespace tricircle::domain
