#include "domain/test_support.hpp"
#include "domain/validate.hpp"

#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

constexpr char kFine[] = "nothing was refused";

std::string outcome(std::string_view fixed_ips) {
  const Record port = record(R"({"fixed_ips": )" + std::string(fixed_ips) + "}");
  return refusal([&] { port_resource().check(nullptr, port); });
}

TEST(Port, TakesAddressesAndSubnetsInAnyMixture) {
  EXPECT_EQ(outcome("[]"), kFine);
  EXPECT_EQ(outcome(R"([{"ip_address": "10.0.0.5"}, {"subnet_id": "0b1c2d3e-0000-4000-8000-000000000001"},
                        {"subnet_id": "0b1c2d3e-0000-4000-8000-000000000001", "ip_address": "10.0.0.6"}])"),
            kFine);
}

TEST(Port, RefusesTheSameAddressTwiceHoweverItIsWritten) {
  EXPECT_TRUE(outcome(R"([{"ip_address": "::1"}, {"ip_address": "0::1"}])")
                  .starts_with("HTTPBadRequest: Invalid input for fixed_ips. Reason: Duplicate IP address"));
}

TEST(Port, RefusesFixedIpsOfAnotherShape) {
  for (const char* fixed_ips : {R"([{"ip": "10.0.0.5"}])", R"([{"ip_address": null}])", R"([{"ip_address": "x"}])",
                                R"([{"subnet_id": "x"}])", R"([{"subnet_id": 5}])"})
    EXPECT_TRUE(outcome(fixed_ips).starts_with("HTTPBadRequest: Invalid input for fixed_ips.")) << fixed_ips;
}

TEST(Port, RefusesSecurityGroupsThatAreNoIds) {
  const Record port = record(R"({"security_groups": ["default"]})");
  EXPECT_EQ(refusal([&] { port_resource().check(nullptr, port); }),
            "HTTPBadRequest: Invalid input for security_groups. Reason: 'default' is not a valid UUID.");
}

TEST(Port, IsUnboundByANullHost) {
  EXPECT_EQ(parsed_for_update(port_resource(), record(R"({"binding:host_id": null, "binding:profile": null})")),
            record(R"({"binding:host_id": "", "binding:profile": {}})"));
}

}  // namespace
}  // namespace tricircle::domain
