#include "domain/test_support.hpp"

#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

// What check says of a subnet 10.0.0.0/24 with these attributes over it.
std::string outcome(std::string_view changes) {
  Record subnet = record(R"({"ip_version": 4, "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1",
                             "ipv6_ra_mode": null, "ipv6_address_mode": null})");
  const Record over = record(changes);
  for (const auto& entry : over) subnet[entry.key()] = entry.value();
  return refusal([&] { subnet_resource().check(nullptr, subnet); });
}

constexpr char kFine[] = "nothing was refused";

TEST(Subnet, IsTakenWithOrWithoutGateway) {
  EXPECT_EQ(outcome("{}"), kFine);
  EXPECT_EQ(outcome(R"({"gateway_ip": null})"), kFine);
  EXPECT_EQ(outcome(R"({"gateway_ip": "10.0.0.254"})"), kFine);
}

TEST(Subnet, IsTakenInIpv6) {
  EXPECT_EQ(outcome(R"({"ip_version": 6, "cidr": "2001:db8::/64", "gateway_ip": "fe80::1", "ipv6_ra_mode": "slaac",
                        "ipv6_address_mode": "slaac"})"),
            kFine);
  EXPECT_EQ(outcome(R"({"ip_version": 6, "cidr": "2001:db8::/64", "gateway_ip": "2001:db8::1",
                        "allocation_pools": [{"start": "2001:db8::2", "end": "2001:db8::ffff"}]})"),
            kFine);
}

TEST(Subnet, HasTheFamilyOfItsCidr) {
  EXPECT_TRUE(outcome(R"({"ip_version": 6})").starts_with("InvalidInput"));
  EXPECT_TRUE(outcome(R"({"cidr": "2001:db8::/64"})").starts_with("InvalidInput"));
  EXPECT_TRUE(outcome(R"({"ipv6_ra_mode": "slaac"})").starts_with("InvalidInput"));
}

TEST(Subnet, KeepsItsGatewayInside) {
  for (const char* gateway : {"10.0.1.1", "10.0.0.0", "10.0.0.255", "::1"})
    EXPECT_EQ(outcome(std::string(R"({"gateway_ip": ")") + gateway + "\"}"),
              "InvalidInput: Invalid input for operation: Gateway is not valid on subnet.")
        << gateway;
}

TEST(Subnet, TakesPoolsThatLieBesideEachOther) {
  EXPECT_EQ(outcome(R"({"allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.9"},
                                             {"start": "10.0.0.10", "end": "10.0.0.254"}]})"),
            kFine);
  EXPECT_EQ(outcome(R"({"allocation_pools": []})"), kFine);
}

TEST(Subnet, RefusesPoolsThatOverlap) {
  EXPECT_EQ(outcome(R"({"allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.9"},
                                             {"start": "10.0.0.9", "end": "10.0.0.20"}]})"),
            "OverlappingAllocationPools: Found overlapping allocation pools: 10.0.0.2-10.0.0.9 10.0.0.9-10.0.0.20 for "
            "subnet 10.0.0.0/24.");
}

TEST(Subnet, RefusesPoolsThatEndBeforeTheyStart) {
  EXPECT_TRUE(outcome(R"({"allocation_pools": [{"start": "10.0.0.9", "end": "10.0.0.2"}]})")
                  .starts_with("InvalidAllocationPool"));
}

TEST(Subnet, RefusesPoolsBeyondTheCidr) {
  for (const char* end : {"10.0.1.2", "10.0.0.255"})
    EXPECT_TRUE(outcome(std::string(R"({"allocation_pools": [{"start": "10.0.0.2", "end": ")") + end + "\"}]}")
                    .starts_with("OutOfBoundsAllocationPool"))
        << end;
}

TEST(Subnet, RefusesAPoolThatHoldsTheGateway) {
  EXPECT_EQ(outcome(R"({"allocation_pools": [{"start": "10.0.0.1", "end": "10.0.0.9"}]})"),
            "GatewayConflictWithAllocationPools: Gateway ip 10.0.0.1 conflicts with allocation pool "
            "10.0.0.1-10.0.0.9.");
}

TEST(Subnet, RefusesPoolsOfAnotherShape) {
  for (const char* pool :
       {"{}", R"({"start": "10.0.0.2"})", R"({"start": "10.0.0.2", "end": 9})", R"({"start": "10.0.0.2", "end": "x"})",
        R"({"start": "::2", "end": "::3"})", R"({"start": "10.0.0.2", "end": "10.0.0.3", "more": 1})"})
    EXPECT_TRUE(outcome(std::string(R"({"allocation_pools": [)") + pool + "]}").starts_with("HTTPBadRequest")) << pool;
}

TEST(Subnet, ChecksNameserversAndRoutes) {
  EXPECT_EQ(outcome(R"({"dns_nameservers": ["8.8.8.8", "2001:db8::53"],
                        "host_routes": [{"destination": "10.9.0.0/16", "nexthop": "10.0.0.2"}]})"),
            kFine);
  EXPECT_TRUE(outcome(R"({"dns_nameservers": ["ns.example.org"]})").starts_with("HTTPBadRequest"));
  for (const char* route :
       {"{}", R"({"destination": "10.9.0.0", "nexthop": "10.0.0.2"})", R"({"destination": "10.9.0.0/16"})",
        R"({"destination": "10.9.0.0/16", "nexthop": null})", R"({"destination": "10.9.0.0/16", "nexthop": "::1"})"})
    EXPECT_TRUE(outcome(std::string(R"({"host_routes": [)") + route + "]}").starts_with("HTTPBadRequest")) << route;
}

}  // namespace
}  // namespace tricircle::domain
