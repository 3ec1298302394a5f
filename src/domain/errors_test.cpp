#include "domain/errors.hpp"

#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

using base::ErrorKind;

void expect(const base::Error& error, ErrorKind kind, std::string_view type, std::string_view message) {
  EXPECT_EQ(error.kind(), kind) << type;
  EXPECT_EQ(error.neutron_type(), type);
  EXPECT_EQ(error.message(), message);
}

TEST(Errors, SayWhatIsNotFound) {
  expect(not_found(network_resource(), "N"), ErrorKind::not_found, "NetworkNotFound", "Network N could not be found.");
  expect(not_found(policy_resource(), "P"), ErrorKind::not_found, "QosPolicyNotFound",
         "QoS policy P could not be found.");
  expect(rule_not_found("P", "R"), ErrorKind::not_found, "QosRuleNotFound",
         "QoS rule R for policy P could not be found.");
  expect(pod_not_found("D"), ErrorKind::not_found, "PodNotFound", "Pod D could not be found.");
}

TEST(Errors, SayWhatIsInUse) {
  expect(policy_in_use("P", "network", "N"), ErrorKind::conflict, "QosPolicyInUse",
         "QoS Policy P is used by network N.");
  expect(network_in_use("N", {}), ErrorKind::conflict, "NetworkInUse",
         "Unable to complete operation on network N. There are one or more ports still in use on the network.");
  expect(subnet_in_use("S"), ErrorKind::conflict, "SubnetInUse",
         "Unable to complete operation on subnet S: One or more ports have an IP allocation from this subnet.");
  expect(ip_in_use("10.0.0.1", "N"), ErrorKind::conflict, "IpAddressInUse",
         "Unable to complete operation for network N. The IP address 10.0.0.1 is in use.");
  expect(mac_in_use("fa:16:3e:00:00:01", "N"), ErrorKind::conflict, "MacAddressInUse",
         "Unable to complete operation for network N. The mac address fa:16:3e:00:00:01 is in use.");
  expect(ip_address_generation_failure("N"), ErrorKind::conflict, "IpAddressGenerationFailure",
         "No more IP addresses available on network N.");
}

TEST(Errors, SayWhatStandsInTheWay) {
  expect(policy_default_exists("J"), ErrorKind::conflict, "QoSPolicyDefaultAlreadyExists",
         "A default QoS policy exists for project J.");
  expect(rule_not_supported_by_network("minimum_bandwidth", "N"), ErrorKind::conflict, "QosRuleNotSupportedByNetwork",
         "Rule minimum_bandwidth is not supported by network N");
  expect(revision_mismatch("7", 9), ErrorKind::precondition_failed, "RevisionNumberConstraintFailed",
         "Constrained to 7, but current revision is 9");
  expect(not_authorized("rule:create_policy"), ErrorKind::forbidden, "PolicyNotAuthorized",
         "rule:create_policy is disallowed by policy");
  expect(pod_unavailable("east", "no answer"), ErrorKind::unavailable, "PodUnavailable",
         "Pod east is not available: no answer.");
}

}  // namespace
}  // namespace tricircle::domain
