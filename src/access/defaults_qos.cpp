#include "access/defaults.hpp"

namespace tricircle::access {
namespace {

// Services see every policy, and write none: a pod's policies are the centre's, and the centre's are people's.
constexpr std::string_view kSees = "rule:admin_or_service or rule:project_reader or rule:shared_qos_policy";
constexpr std::string_view kWrites = "rule:admin_only or rule:project_manager";
// Who sees the policy sees its rules there too.
constexpr std::string_view kSeesRule = "rule:admin_or_service or rule:reader_role";
constexpr std::string_view kWritesRule = "rule:admin_only or rule:parent_owner_manager";

constexpr DefaultRule kRules[] = {
    {"get_policy", kSees},
    {"get_policy:tags", kSees},
    {"create_policy", kWrites},
    {"create_policy:tags", kWrites},
    {"update_policy", kWrites},
    {"update_policy:tags", kWrites},
    {"delete_policy", kWrites},
    {"delete_policy:tags", kWrites},

    {"get_rule_type", "rule:admin_or_service or rule:reader_role"},
    {"get_rule_type:drivers", "rule:admin_or_service"},  // what Neutron's code asks, whatever its rules say

    {"get_policy_bandwidth_limit_rule", kSeesRule},
    {"create_policy_bandwidth_limit_rule", kWritesRule},
    {"update_policy_bandwidth_limit_rule", kWritesRule},
    {"delete_policy_bandwidth_limit_rule", kWritesRule},
    {"get_policy_packet_rate_limit_rule", kSeesRule},
    {"create_policy_packet_rate_limit_rule", kWritesRule},
    {"update_policy_packet_rate_limit_rule", kWritesRule},
    {"delete_policy_packet_rate_limit_rule", kWritesRule},
    {"get_policy_dscp_marking_rule", kSeesRule},
    {"create_policy_dscp_marking_rule", kWritesRule},
    {"update_policy_dscp_marking_rule", kWritesRule},
    {"delete_policy_dscp_marking_rule", kWritesRule},
    {"get_policy_minimum_bandwidth_rule", kSeesRule},
    {"create_policy_minimum_bandwidth_rule", kWritesRule},
    {"update_policy_minimum_bandwidth_rule", kWritesRule},
    {"delete_policy_minimum_bandwidth_rule", kWritesRule},
    {"get_policy_minimum_packet_rate_rule", kSeesRule},
    {"create_policy_minimum_packet_rate_rule", kWritesRule},
    {"update_policy_minimum_packet_rate_rule", kWritesRule},
    {"delete_policy_minimum_packet_rate_rule", kWritesRule},

    {"get_alias_bandwidth_limit_rule", kSeesRule},
    {"update_alias_bandwidth_limit_rule", kWritesRule},
    {"delete_alias_bandwidth_limit_rule", kWritesRule},
    {"get_alias_dscp_marking_rule", kSeesRule},
    {"update_alias_dscp_marking_rule", kWritesRule},
    {"delete_alias_dscp_marking_rule", kWritesRule},
    {"get_alias_minimum_bandwidth_rule", kSeesRule},
    {"update_alias_minimum_bandwidth_rule", kWritesRule},
    {"delete_alias_minimum_bandwidth_rule", kWritesRule},
    {"get_alias_minimum_packet_rate_rule", "rule:get_policy_minimum_packet_rate_rule"},
    {"update_alias_minimum_packet_rate_rule", "rule:update_policy_minimum_packet_rate_rule"},
    {"delete_alias_minimum_packet_rate_rule", "rule:delete_policy_minimum_packet_rate_rule"},
};

}  // namespace

std::span<const DefaultRule> qos_defaults() {
  return kRules;
}

}  // namespace tricircle::access
