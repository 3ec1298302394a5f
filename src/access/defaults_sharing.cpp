#include "access/defaults.hpp"

namespace tricircle::access {
namespace {

constexpr std::string_view kWrites = "rule:admin_or_service or rule:project_member";
constexpr std::string_view kTarget =
    "rule:admin_only or (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*)";
constexpr std::string_view kTargetProject = "rule:admin_only or not field:rbac_policy:target_project=*";

constexpr DefaultRule kRules[] = {
    {"create_rbac_policy", kWrites},
    {"create_rbac_policy:object_type", kWrites},
    {"create_rbac_policy:object_id", kWrites},
    {"create_rbac_policy:action", kWrites},
    {"create_rbac_policy:target_tenant", kTarget},
    {"create_rbac_policy:target_project", kTargetProject},
    {"get_rbac_policy", "rule:admin_or_service or rule:project_reader"},
    {"update_rbac_policy", kWrites},
    {"update_rbac_policy:target_tenant", kTarget},
    {"update_rbac_policy:target_project", kTargetProject},
    {"delete_rbac_policy", kWrites},

    {"get_quota", "rule:admin_only or rule:project_manager"},
    {"update_quota", "rule:admin_only"},
    {"delete_quota", "rule:admin_only"},

    {"get_availability_zone", "rule:admin_or_service or rule:reader_role"},
};

}  // namespace

std::span<const DefaultRule> sharing_defaults() {
  return kRules;
}

}  // namespace tricircle::access
