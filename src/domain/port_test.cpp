#include "domain/port.hpp"

#include "domain/test_support.hpp"
#include "domain/validate.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

constexpr char kFine[] = "nothing was refused";

std::string outcome(const std::string& name, const std::string& given) {
  const std::string said =
      refusal([&] { parsed_for_update(port_resource(), record("{\"" + name + "\": " + given + "}")); });
  const std::string prefix = "HTTPBadRequest: Invalid input for " + name + ". Reason: ";
  return said.starts_with(prefix) ? said.substr(prefix.size()) : said;
}

std::string kept(const std::string& name, const std::string& given) {
  return boost::json::serialize(
      parsed_for_update(port_resource(), record("{\"" + name + "\": " + given + "}")).at(name));
}

TEST(Port, TakesAddressesAndSubnetsInAnyMixture) {
  EXPECT_EQ(outcome("fixed_ips", "[]"), kFine);
  EXPECT_EQ(outcome("fixed_ips",
                    R"([{"ip_address": "10.0.0.5"}, {"subnet_id": "0b1c2d3e-0000-4000-8000-000000000001"},
                        {"subnet_id": "0b1c2d3e-0000-4000-8000-000000000001", "ip_address": "10.0.0.6"}, {"x": 1}])"),
            kFine);
  EXPECT_EQ(kept("fixed_ips", R"([{"ip_address": "FD00:0::1"}])"), R"([{"ip_address":"fd00::1"}])");
}

TEST(Port, RefusesFixedIpsOfAnotherShape) {
  EXPECT_EQ(outcome("fixed_ips", "null"), "Invalid data format for fixed IP: 'None'.");
  EXPECT_EQ(outcome("fixed_ips", "[5]"), "Invalid data format for fixed IP: '5'.");
  EXPECT_EQ(outcome("fixed_ips", R"([{"ip_address": null}])"), "'None' is not a valid IP address.");
  EXPECT_EQ(outcome("fixed_ips", R"([{"subnet_id": 5}])"), "'5' is not a valid UUID.");
  EXPECT_EQ(outcome("fixed_ips", R"([{"ip_address": "::1"}, {"ip_address": "0::1"}])"), "Duplicate IP address '0::1'.");
}

TEST(Port, RefusesAddressPairsAsNeutronDoes) {
  const std::string pairs = "allowed_address_pairs";
  EXPECT_EQ(kept(pairs, R"([{"ip_address": "10.0.0.0/24", "mac_address": "FA-16-3E-00-00-01"}])"),
            R"([{"ip_address":"10.0.0.0/24","mac_address":"fa:16:3e:00:00:01"}])");
  EXPECT_EQ(kept(pairs, "null"), "[]");
  EXPECT_EQ(outcome(pairs, "5"), "HTTPBadRequest: Allowed address pairs must be a list.");
  EXPECT_EQ(outcome(pairs, "[5]"), "'5' is not a dictionary.");
  EXPECT_EQ(outcome(pairs, "[{}]"), "AllowedAddressPairsMissingIP: AllowedAddressPair must contain ip_address");
  EXPECT_EQ(outcome(pairs, R"([{"ip_address": "x"}])"), "HTTPBadRequest: 'x' is not a valid IP address");
  EXPECT_EQ(outcome(pairs, R"([{"ip_address": "10.0.0.1", "mac_address": "x"}])"),
            "HTTPBadRequest: 'x' is not a valid MAC address");
  EXPECT_EQ(outcome(pairs, R"([{"ip_address": "10.0.0.1", "x": 1}])"), "HTTPBadRequest: Unrecognized attribute(s) 'x'");
  EXPECT_EQ(outcome(pairs, R"([{"ip_address": "10.0.0.1"}, {"ip_address": "10.0.0.1"}])"),
            "DuplicateAddressPairInRequest: Request contains duplicate address pair: mac_address None ip_address "
            "10.0.0.1.");
  std::string eleven = R"({"ip_address": "10.0.0.0"})";
  for (int at = 1; at <= 10; ++at) eleven += R"(,{"ip_address": "10.0.0.)" + std::to_string(at) + "\"}";
  EXPECT_EQ(outcome(pairs, "[" + eleven + "]"),
            "AllowedAddressPairExhausted: The number of allowed address pair exceeds the maximum 10.");
  EXPECT_EQ(refusal([] {
              check_address_pairs(record(R"({"port_security_enabled": false, "allowed_address_pairs": [{}]})"));
            }),
            "AddressPairAndPortSecurityRequired: Port Security must be enabled in order to have allowed address pairs "
            "on a port.");
}

TEST(Port, TakesDhcpOptionsWithANameAndAValue) {
  const std::string options = "extra_dhcp_opts";
  EXPECT_EQ(kept(options, R"([{"opt_name": "a", "opt_value": "b"}])"),
            R"([{"opt_name":"a","opt_value":"b","ip_version":4}])");
  EXPECT_EQ(kept(options, R"([{"opt_name": "a", "opt_value": null, "ip_version": "6"}])"),
            R"([{"opt_name":"a","opt_value":null,"ip_version":6}])");
  EXPECT_EQ(outcome(options, R"([{"opt_name": "router", "opt_value": ""}])"), kFine);
  EXPECT_EQ(outcome(options, "5"), "InvalidInput: Invalid input for operation: '5' is not a list.");
  for (const char* bad :
       {"5", "{}", R"({"opt_name": "a"})", R"({"opt_name": "a", "opt_value": ""})",
        R"({"opt_name": " ", "opt_value": "b"})", R"({"opt_name": "a", "opt_value": "b\nc"})",
        R"({"opt_name": "a", "opt_value": "b", "ip_version": 5})", R"({"opt_name": "a", "opt_value": "b", "x": 1})"})
    EXPECT_TRUE(outcome(options, "[" + std::string(bad) + "]")
                    .starts_with("InvalidInput: Invalid input for operation: No valid key specs matched for: "))
        << bad;
}

TEST(Port, ChangesOnlyTheDhcpOptionsThatAreNamed) {
  const auto before = json(R"([{"opt_name":"a","opt_value":"1","ip_version":4},
                               {"opt_name":"b","opt_value":"2","ip_version":4}])");
  const auto changes = json(R"([{"opt_name":"a","opt_value":"3","ip_version":4},
                                {"opt_name":"b","opt_value":null,"ip_version":4},
                                {"opt_name":"b","opt_value":"6","ip_version":6}])");
  EXPECT_EQ(boost::json::serialize(changed_dhcp_options(before.as_array(), changes.as_array())),
            R"([{"opt_name":"a","opt_value":"3","ip_version":4},{"opt_name":"b","opt_value":"6","ip_version":6}])");
}

TEST(Port, IsUnboundByANullHost) {
  EXPECT_EQ(parsed_for_update(port_resource(), record(R"({"binding:host_id": null, "binding:profile": null})")),
            record(R"({"binding:host_id": "", "binding:profile": {}})"));
}

}  // namespace
}  // namespace tricircle::domain
