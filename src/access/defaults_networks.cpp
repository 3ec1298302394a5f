#include "access/defaults.hpp"

namespace tricircle::access {
namespace {

constexpr std::string_view kAdmin = "rule:admin_or_service";
constexpr std::string_view kMember = "rule:admin_or_service or rule:project_member";
constexpr std::string_view kSeesNetwork =
    "rule:admin_or_service or rule:project_reader or rule:shared or rule:external or rule:context_is_advsvc";
constexpr std::string_view kOwnsNetwork = "rule:admin_or_service or rule:network_owner_member";
constexpr std::string_view kSeesSubnet =
    "rule:admin_or_service or rule:project_reader or rule:network_owner_reader or rule:shared or rule:external_network";
constexpr std::string_view kOwnsSubnet = "rule:admin_or_service or rule:project_member or rule:network_owner_member";

constexpr DefaultRule kRules[] = {
    {"create_network", kMember},
    {"create_network:shared", kAdmin},
    {"create_network:router:external", kAdmin},
    {"create_network:is_default", kAdmin},
    {"create_network:mtu", kMember},
    {"create_network:port_security_enabled", kMember},
    {"create_network:qos_policy_id", kMember},
    {"create_network:segments", kAdmin},
    {"create_network:provider:network_type", kAdmin},
    {"create_network:provider:physical_network", kAdmin},
    {"create_network:provider:segmentation_id", kAdmin},
    {"create_network:tags", kMember},
    {"get_network", kSeesNetwork},
    {"get_network:segments", kAdmin},
    {"get_network:provider:network_type", kAdmin},
    {"get_network:provider:physical_network", kAdmin},
    {"get_network:provider:segmentation_id", kAdmin},
    {"get_network:tags", kSeesNetwork},
    {"update_network", kMember},
    {"update_network:segments", kAdmin},
    {"update_network:shared", kAdmin},
    {"update_network:provider:network_type", kAdmin},
    {"update_network:provider:physical_network", kAdmin},
    {"update_network:provider:segmentation_id", kAdmin},
    {"update_network:router:external", kAdmin},
    {"update_network:is_default", kAdmin},
    {"update_network:mtu", kMember},
    {"update_network:port_security_enabled", kMember},
    {"update_network:qos_policy_id", kMember},
    {"update_network:tags", kMember},
    {"delete_network", kMember},
    {"delete_network:tags", kMember},

    {"create_subnet", kOwnsNetwork},
    {"create_subnet:segment_id", kAdmin},
    {"create_subnet:service_types", kAdmin},
    {"create_subnet:tags", kOwnsSubnet},
    {"get_subnet", kSeesSubnet},
    {"get_subnet:segment_id", kAdmin},
    {"get_subnet:tags", kSeesSubnet},
    {"update_subnet", kOwnsSubnet},
    {"update_subnet:segment_id", kAdmin},
    {"update_subnet:service_types", kAdmin},
    {"update_subnet:tags", kOwnsSubnet},
    {"delete_subnet", kOwnsSubnet},
    {"delete_subnet:tags", kOwnsSubnet},
};

}  // namespace

std::span<const DefaultRule> network_defaults() {
  return kRules;
}

}  // namespace tricircle::access
