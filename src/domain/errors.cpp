#include "domain/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tricircle::domain {
namespace {

using base::Error;
using base::ErrorKind;

}  // namespace

Error not_found(const Resource& resource, std::string_view id) {
  return {ErrorKind::not_found, std::string(resource.not_found),
          fmt::format(fmt::runtime(resource.not_found_message), resource.label, id)};
}

Error invalid_input(std::string_view message) {
  return {ErrorKind::bad_request, "InvalidInput", std::string(message)};
}

Error bad_request(std::string_view message) {
  return {ErrorKind::bad_request, "HTTPBadRequest", std::string(message)};
}

Error policy_in_use(std::string_view policy_id, std::string_view object_type, std::string_view object_id) {
  return {ErrorKind::conflict, "QosPolicyInUse",
          fmt::format("QoS Policy {} is used by {} {}.", policy_id, object_type, object_id)};
}

Error network_in_use(std::string_view network_id, const std::vector<std::string>& port_ids) {
  const std::string ids =
      port_ids.empty() ? std::string() : fmt::format(", id for these ports is: {}", fmt::join(port_ids, ","));
  return {ErrorKind::conflict, "NetworkInUse",
          fmt::format("Unable to complete operation on network {}. "
                      "There are one or more ports still in use on the network{}.",
                      network_id, ids)};
}

Error subnet_in_use(std::string_view subnet_id) {
  return {ErrorKind::conflict, "SubnetInUse",
          fmt::format("Unable to complete operation on subnet {}: "
                      "One or more ports have an IP allocation from this subnet.",
                      subnet_id)};
}

Error rule_not_found(std::string_view policy_id, std::string_view rule_id) {
  return {ErrorKind::not_found, "QosRuleNotFound",
          fmt::format("QoS rule {} for policy {} could not be found.", rule_id, policy_id)};
}

Error rules_conflict(std::string_view new_type, std::string_view new_id, std::string_view policy_id,
                     std::string_view existing_id) {
  // Neutron names the existing rule only; ours may not know its id yet.
  return {ErrorKind::conflict, "QoSRulesConflict",
          fmt::format("Rule {} conflicts with rule {} which already exists in QoS Policy {}.", new_type,
                      existing_id.empty() ? new_id : existing_id, policy_id)};
}

Error rule_parameter_conflict(std::string_view rule_value, std::string_view policy_id, std::string_view existing_rule,
                              std::string_view existing_value) {
  return {ErrorKind::conflict, "QoSRuleParameterConflict",
          fmt::format("Unable to add the rule with value {} to the policy {} as the existing rule of type {} "
                      "has value {}.",
                      rule_value, policy_id, existing_rule, existing_value)};
}

Error rule_not_supported_by_network(std::string_view rule_type, std::string_view network_id) {
  return {ErrorKind::conflict, "QosRuleNotSupportedByNetwork",
          fmt::format("Rule {} is not supported by network {}", rule_type, network_id)};
}

Error rbac_policy_in_use(std::string_view object_id, std::string_view target) {
  return {ErrorKind::conflict, "RbacPolicyInUse",
          fmt::format("RBAC policy on object {} cannot be removed because other objects depend on it.\n"
                      "Details: project_id={}",
                      object_id, target)};
}

Error over_quota(std::string_view resource) {
  return {ErrorKind::conflict, "OverQuota", fmt::format("Quota exceeded for resources: ['{}'].", resource)};
}

Error policy_default_exists(std::string_view project_id) {
  return {ErrorKind::conflict, "QoSPolicyDefaultAlreadyExists",
          fmt::format("A default QoS policy exists for project {}.", project_id)};
}

Error ip_in_use(std::string_view address, std::string_view network_id) {
  return {
      ErrorKind::conflict, "IpAddressInUse",
      fmt::format("Unable to complete operation for network {}. The IP address {} is in use.", network_id, address)};
}

Error mac_in_use(std::string_view mac, std::string_view network_id) {
  return {ErrorKind::conflict, "MacAddressInUse",
          fmt::format("Unable to complete operation for network {}. The mac address {} is in use.", network_id, mac)};
}

Error ip_address_generation_failure(std::string_view network_id) {
  return {ErrorKind::conflict, "IpAddressGenerationFailure",
          fmt::format("No more IP addresses available on network {}.", network_id)};
}

Error revision_mismatch(std::string_view expected, std::int64_t current) {
  return {ErrorKind::precondition_failed, "RevisionNumberConstraintFailed",
          fmt::format("Constrained to {}, but current revision is {}", expected, current)};
}

Error not_authorized(std::string_view rules) {
  return {ErrorKind::forbidden, "PolicyNotAuthorized", fmt::format("{} is disallowed by policy", rules)};
}

Error pod_unavailable(std::string_view region, std::string_view why) {
  return {ErrorKind::unavailable, "PodUnavailable", fmt::format("Pod {} is not available: {}.", region, why)};
}

Error pod_not_found(std::string_view id) {
  return not_found(pod_resource(), id);
}

}  // namespace tricircle::domain
