// Neutron's refusals, one constructor each, so that wording is in one place. Sources: neutron-lib's exceptions and what
// real servers answered.
#pragma once
#include "base/error.hpp"
#include "domain/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tricircle::domain {

base::Error not_found(const Resource&, std::string_view id);
base::Error invalid_input(std::string_view message);  // 400 InvalidInput, message as is
base::Error bad_request(std::string_view message);    // 400 HTTPBadRequest
base::Error policy_in_use(std::string_view policy_id, std::string_view object_type, std::string_view object_id);
base::Error network_in_use(std::string_view network_id, const std::vector<std::string>& port_ids);
base::Error subnet_in_use(std::string_view subnet_id);
base::Error rule_not_found(std::string_view policy_id, std::string_view rule_id);
base::Error rules_conflict(std::string_view new_type, std::string_view new_id, std::string_view policy_id,
                           std::string_view existing_id);
base::Error rule_parameter_conflict(std::string_view rule_value, std::string_view policy_id,
                                    std::string_view existing_rule, std::string_view existing_value);
base::Error rule_not_supported_by_network(std::string_view rule_type, std::string_view network_id);
base::Error rbac_policy_in_use(std::string_view object_id, std::string_view target);
base::Error over_quota(std::string_view resource);
base::Error policy_default_exists(std::string_view project_id);
base::Error ip_in_use(std::string_view address, std::string_view network_id);
base::Error mac_in_use(std::string_view mac, std::string_view network_id);
base::Error ip_address_generation_failure(std::string_view network_id);
base::Error revision_mismatch(std::string_view expected, std::int64_t current);
base::Error not_authorized(std::string_view rules);  // "rule:create_policy"; 403 PolicyNotAuthorized
base::Error pod_unavailable(std::string_view region, std::string_view why);  // 503, ours
base::Error pod_not_found(std::string_view id);

}  // namespace tricircle::domain
