#include "domain/subnet.hpp"

#include "domain/test_support.hpp"
#include "domain/validate.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

constexpr char kFine[] = "nothing was refused";
constexpr char kV6[] = R"("ip_version": 6, "cidr": "fd00::/64")";

// A subnet as a request's body asks for it, a 10.0.0.0/24 where that says nothing.
Record asked_for(std::string_view given) {
  Record body = record(given);
  body.emplace("network_id", "0b1c2d3e-0000-4000-8000-000000000001");
  body.emplace("ip_version", 4);
  if (!body.contains("no_cidr")) body.emplace("cidr", "10.0.0.0/24");
  body.erase("no_cidr");
  Record subnet = parsed_for_create(subnet_resource(), body);
  check_new_subnet(subnet);
  complete_subnet(subnet);
  return subnet;
}

std::string outcome(const std::string& given) {
  return refusal([&] { asked_for(given); });
}

std::string operation(const std::string& message) {
  return "InvalidInput: Invalid input for operation: " + message + ".";
}

std::string with(const char* name, const std::string& value) {
  return std::string("{\"") + name + "\": " + value + "}";
}

std::string reason(const char* name, const std::string& given) {
  const std::string prefix = std::string("HTTPBadRequest: Invalid input for ") + name + ". Reason: ";
  const std::string said = outcome(with(name, given));
  return said.starts_with(prefix) ? said.substr(prefix.size()) : said;
}

TEST(Subnet, GetsWhatItsCreatorDoesNotSay) {
  const Record v4 = asked_for("{}");
  EXPECT_EQ(v4.at("gateway_ip"), "10.0.0.1");
  EXPECT_EQ(boost::json::serialize(v4.at("allocation_pools")), R"([{"start":"10.0.0.2","end":"10.0.0.254"}])");
  EXPECT_EQ(v4.at("ipv6_ra_mode"), nullptr);
  const Record v6 = asked_for(std::string("{") + kV6 + "}");
  EXPECT_EQ(v6.at("gateway_ip"), "fd00::");
  EXPECT_EQ(v6.at("allocation_pools").at(0).at("start"), "fd00::1");
  EXPECT_EQ(asked_for(R"({"gateway_ip": null})").at("allocation_pools").at(0).at("start"), "10.0.0.1");
  EXPECT_EQ(asked_for(R"({"allocation_pools": []})").at("allocation_pools").at(0).at("start"), "10.0.0.2");
}

TEST(Subnet, AgreesWithItsIpVersion) {
  EXPECT_EQ(outcome(R"({"ip_version": 6})"), operation("cidr '10.0.0.0/24' does not match the ip_version '6'"));
  EXPECT_EQ(outcome(R"({"gateway_ip": "::1"})"), operation("gateway_ip '::1' does not match the ip_version '4'"));
  EXPECT_EQ(outcome(R"({"dns_nameservers": ["fd00::1"]})"),
            operation("dns_nameserver 'fd00::1' does not match the ip_version '4'"));
  EXPECT_EQ(outcome(R"({"host_routes": [{"destination": "fd00::/64", "nexthop": "10.0.0.2"}]})"),
            operation("destination 'fd00::/64' does not match the ip_version '4'"));
  EXPECT_EQ(outcome(R"({"ipv6_ra_mode": "slaac"})"), operation("ipv6_ra_mode is not valid when ip_version is 4"));
}

TEST(Subnet, ThatDhcpCannotServeIsRefused) {
  const std::string long_prefix =
      operation("Subnet has a prefix length that is incompatible with DHCP service enabled");
  EXPECT_EQ(outcome(R"({"cidr": "10.0.0.0/31"})"), long_prefix);
  EXPECT_EQ(outcome(R"({"ip_version": 6, "cidr": "fd00::/127"})"), long_prefix);
  EXPECT_EQ(outcome(R"({"cidr": "10.0.0.7/32", "enable_dhcp": false})"), kFine);
  EXPECT_EQ(outcome(R"({"cidr": "224.0.0.0/24"})"),
            operation("Multicast IP subnet is not supported if enable_dhcp is True"));
  EXPECT_EQ(outcome(R"({"cidr": "127.0.0.0/24"})"),
            operation("Loopback IP subnet is not supported if enable_dhcp is True"));
  EXPECT_EQ(outcome(R"({"cidr": "0.0.0.0/8"})"),
            operation("First IP '0.0.0.0' of network is not supported if enable_dhcp is True."));
  EXPECT_EQ(outcome(R"({"cidr": "0.0.0.0/0", "enable_dhcp": false})"),
            operation("0 is not allowed as CIDR prefix length"));
}

TEST(Subnet, HasAGatewayOutsideOrOnAnAddressOfAHost) {
  EXPECT_EQ(outcome(R"({"gateway_ip": "10.9.0.1"})"), kFine);
  EXPECT_EQ(outcome(std::string("{") + kV6 + R"(, "gateway_ip": "fe80::1"})"), kFine);
  for (const char* gateway : {"10.0.0.0", "10.0.0.255"})
    EXPECT_EQ(outcome(with("gateway_ip", "\"" + std::string(gateway) + "\"")),
              operation("Gateway is not valid on subnet"));
  EXPECT_EQ(outcome(R"({"cidr": "10.0.0.0/31", "enable_dhcp": false})"),
            "IpamValueInvalid: Gateway IP 10.0.0.1 cannot be allocated in CIDR 10.0.0.0/31");
}

TEST(Subnet, HasPoolsThatNeitherOverlapNorLeaveIt) {
  const auto pools = [](const std::string& list) { return outcome(with("allocation_pools", "[" + list + "]")); };
  EXPECT_EQ(pools(R"({"start": "10.0.0.2", "end": "10.0.0.9"}, {"start": "10.0.0.10", "end": "10.0.0.254"})"), kFine);
  EXPECT_EQ(pools(R"({"start": "10.0.0.2", "end": "10.0.0.9"}, {"start": "10.0.0.9", "end": "10.0.0.20"})"),
            "OverlappingAllocationPools: Found overlapping allocation pools: 10.0.0.2-10.0.0.9 10.0.0.9-10.0.0.20 for "
            "subnet 10.0.0.0/24.");
  EXPECT_EQ(pools(R"({"start": "10.0.0.9", "end": "10.0.0.2"})"),
            "InvalidAllocationPool: The allocation pool {'start': '10.0.0.9', 'end': '10.0.0.2'} is not valid.");
  EXPECT_EQ(pools(R"({"start": "::1", "end": "::2"})"),
            "InvalidAllocationPool: The allocation pool ::1-::2 is not valid.");
  EXPECT_EQ(pools(R"({"start": "10.0.0.2", "end": "10.0.0.255"})"),
            "OutOfBoundsAllocationPool: The allocation pool 10.0.0.2-10.0.0.255 spans beyond the subnet cidr "
            "10.0.0.0/24.");
  EXPECT_EQ(pools(R"({"start": "10.0.0.1", "end": "10.0.0.9"})"),
            "GatewayConflictWithAllocationPools: Gateway ip 10.0.0.1 conflicts with allocation pool "
            "10.0.0.1-10.0.0.9.");
}

TEST(Subnet, TakesListsOfTheRightShapeOnly) {
  EXPECT_EQ(reason("allocation_pools", "null"), "Invalid data format for IP pool: 'None'.");
  EXPECT_EQ(reason("allocation_pools", "[5]"), "Invalid input. '5' must be a dictionary with keys: ['start', 'end'].");
  EXPECT_EQ(reason("allocation_pools", R"([{"start": "10.0.0.2"}])"),
            "Validation of dictionary's keys failed. Expected keys: {'start', 'end'} Provided keys: {'start'}.");
  EXPECT_EQ(reason("allocation_pools", R"([{"start": "x", "end": null}])"), "'x' is not a valid IP address.");
  EXPECT_EQ(reason("dns_nameservers", R"(["8.8.8.8", "8.8.8.8"])"), "Duplicate nameserver '8.8.8.8'.");
  EXPECT_EQ(reason("dns_nameservers", R"(["x"])"), "'x' is not a valid nameserver. 'x' is not a valid IP address.");
  EXPECT_EQ(reason("dns_nameservers", "5"), "Invalid data format for nameserver: '5'.");
  EXPECT_EQ(reason("host_routes", R"([{"destination": "10.9.0.1/16", "nexthop": "10.0.0.2"}])"),
            "'10.9.0.1/16' is not a recognized CIDR, '10.9.0.0/16' is recommended.");
  EXPECT_EQ(reason("host_routes", R"([{"destination": "127.0.0.0/8", "nexthop": "10.0.0.2"}])"),
            "'127.0.0.0/8' is not a routable CIDR.");
  EXPECT_EQ(reason("host_routes", R"([{"destination": "10.9.0.0/16", "nexthop": null}])"),
            "'None' is not a valid IP address.");
  EXPECT_EQ(reason("service_types", R"(["compute:nova", "network:dhcp"])"), kFine);
  EXPECT_EQ(reason("service_types", "5"), "HTTPBadRequest: Subnet service types must be a list.");
  EXPECT_EQ(reason("service_types", R"(["x"])"),
            "InvalidSubnetServiceType: Subnet service type x does not correspond to a valid device owner.");
}

TEST(Subnet, TakesAFewNameserversAndRoutes) {
  std::string servers;
  std::string routes;
  for (int at = 1; at <= 21; ++at) {
    if (at <= 6) servers += (at == 1 ? "\"1.1.1." : ",\"1.1.1.") + std::to_string(at) + "\"";
    routes += std::string(at == 1 ? "" : ",") + R"({"destination": "10.)" + std::to_string(at) +
              R"(.0.0/16", "nexthop": "10.0.0.2"})";
  }
  EXPECT_EQ(outcome(with("dns_nameservers", "[" + servers + "]")),
            "DNSNameServersExhausted: Unable to complete operation for new subnet. The number of DNS nameservers "
            "exceeds the limit 5.");
  EXPECT_EQ(outcome(with("host_routes", "[" + routes + "]")),
            "HostRoutesExhausted: Unable to complete operation for new subnet. The number of host routes exceeds the "
            "limit 20.");
}

TEST(Subnet, HasIpv6ModesThatAgree) {
  const auto modes = [](const std::string& rest) { return outcome(std::string("{") + kV6 + rest + "}"); };
  for (const char* mode : {"slaac", "dhcpv6-stateless", "dhcpv6-stateful"}) {
    const std::string quoted = std::string("\"") + mode + "\"";
    EXPECT_EQ(modes(", \"ipv6_ra_mode\": " + quoted + ", \"ipv6_address_mode\": " + quoted), kFine);
    EXPECT_EQ(modes(", \"ipv6_ra_mode\": " + quoted), kFine);
    EXPECT_EQ(modes(", \"ipv6_address_mode\": " + quoted), kFine);
  }
  EXPECT_EQ(modes(R"(, "ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful")"),
            operation("ipv6_ra_mode set to 'slaac' with ipv6_address_mode set to 'dhcpv6-stateful' is not valid. "
                      "If both attributes are set, they must be the same value"));
  EXPECT_EQ(modes(R"(, "ipv6_ra_mode": "slaac", "enable_dhcp": false)"),
            operation("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False"));
  EXPECT_EQ(modes(R"(, "ipv6_ra_mode": null)"),
            "HTTPBadRequest: Invalid input for ipv6_ra_mode. Reason: None is not in valid_values.");
  EXPECT_EQ(outcome(R"({"ip_version": 6, "cidr": "fd00::/80", "ipv6_ra_mode": "slaac"})"),
            operation("Invalid CIDR fd00::/80 for IPv6 address mode. OpenStack uses the EUI-64 address format, which "
                      "requires the prefix to be /64"));
  EXPECT_EQ(outcome(R"({"ip_version": 6, "cidr": "fd00::/80", "ipv6_ra_mode": "dhcpv6-stateful"})"), kFine);
}

TEST(Subnet, ComesFromNoSubnetPool) {
  const std::string pool = R"("00000000-0000-4000-8000-000000000001")";
  EXPECT_EQ(outcome(R"({"subnetpool_id": null, "use_default_subnetpool": false})"), kFine);
  EXPECT_EQ(outcome(with("subnetpool_id", pool)),
            "SubnetPoolNotFound: Subnet pool 00000000-0000-4000-8000-000000000001 could not be found.");
  EXPECT_EQ(outcome("{\"use_default_subnetpool\": true, \"subnetpool_id\": " + pool + "}"),
            "BadRequest: Bad subnets request: subnetpool_id and use_default_subnetpool cannot both be specified.");
  EXPECT_EQ(outcome(R"({"use_default_subnetpool": true})"),
            "BadRequest: Bad subnets request: No default subnetpool found for IPv4.");
  EXPECT_EQ(outcome(R"({"prefixlen": 24})"),
            "BadRequest: Bad subnets request: cidr and prefixlen must not be supplied together.");
  EXPECT_EQ(outcome(R"({"prefixlen": 24, "no_cidr": true})"),
            "BadRequest: Bad subnets request: a subnetpool must be specified in the absence of a cidr.");
}

std::string change(const std::string& given, const std::string& of = "{}") {
  Record before = asked_for(of);
  before["id"] = "S";
  return refusal([&] { check_subnet_change(before, parsed_for_update(subnet_resource(), record(given))); });
}

TEST(Subnet, ChangesOnlyToWhatItCouldBe) {
  EXPECT_EQ(change(R"({"gateway_ip": "10.0.0.77"})"),
            "GatewayConflictWithAllocationPools: Gateway ip 10.0.0.77 conflicts with allocation pool "
            "10.0.0.2-10.0.0.254.");
  EXPECT_EQ(change(R"({"gateway_ip": null})"), kFine);
  EXPECT_EQ(change(R"({"gateway_ip": "10.9.0.1"})"), kFine);
  EXPECT_EQ(change(R"({"allocation_pools": [{"start": "10.0.0.1", "end": "10.0.0.9"}]})"),
            "GatewayConflictWithAllocationPools: Gateway ip 10.0.0.1 conflicts with allocation pool "
            "10.0.0.1-10.0.0.9.");
  EXPECT_EQ(change(R"({"gateway_ip": "10.0.0.20", "allocation_pools": [{"start": "10.0.0.1", "end": "10.0.0.9"}]})"),
            kFine);
  EXPECT_EQ(change(R"({"dns_nameservers": ["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4","1.1.1.5","1.1.1.6"]})"),
            "DNSNameServersExhausted: Unable to complete operation for S. The number of DNS nameservers exceeds the "
            "limit 5.");
  EXPECT_EQ(change(R"({"enable_dhcp": true})", R"({"cidr": "127.0.0.0/24", "enable_dhcp": false})"),
            operation("Loopback IP subnet is not supported if enable_dhcp is True"));
  EXPECT_EQ(change(R"({"enable_dhcp": false})", std::string("{") + kV6 + R"(, "ipv6_ra_mode": "slaac"})"),
            operation("Cannot disable enable_dhcp with ipv6 attributes set"));
  EXPECT_EQ(change(R"({"enable_dhcp": false})", std::string("{") + kV6 + "}"), kFine);
}

}  // namespace
}  // namespace tricircle::domain
