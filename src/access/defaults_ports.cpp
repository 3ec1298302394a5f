#include "access/defaults.hpp"

namespace tricircle::access {
namespace {

constexpr std::string_view kAdmin = "rule:admin_or_service";
constexpr std::string_view kMember = "rule:admin_or_service or rule:project_member";
constexpr std::string_view kTagger = "rule:admin_or_service or rule:project_member or rule:context_is_advsvc";
constexpr std::string_view kOwnsNetwork = "rule:admin_or_service or rule:network_owner_member";
constexpr std::string_view kOwnsNetworkOrShared = "rule:admin_or_service or rule:network_owner_member or rule:shared";
constexpr std::string_view kDeviceOwner =
    "not rule:network_device or rule:admin_or_service or rule:network_owner_member";
constexpr std::string_view kReader = "rule:admin_or_service or rule:project_reader or rule:network_owner_reader";

constexpr DefaultRule kRules[] = {
    {"create_port", kMember},
    {"create_port:device_id", kMember},
    {"create_port:device_owner", kDeviceOwner},
    {"create_port:mac_address", kOwnsNetwork},
    {"create_port:fixed_ips", kOwnsNetworkOrShared},
    {"create_port:fixed_ips:ip_address", kOwnsNetwork},
    {"create_port:fixed_ips:subnet_id", kOwnsNetworkOrShared},
    {"create_port:port_security_enabled", kOwnsNetwork},
    {"create_port:qos_policy_id", kMember},
    {"create_port:binding:host_id", kAdmin},
    {"create_port:binding:profile", kAdmin},  // Neutron: services only
    {"create_port:binding:vnic_type", kMember},
    {"create_port:allowed_address_pairs", kOwnsNetwork},
    {"create_port:allowed_address_pairs:mac_address", kOwnsNetwork},
    {"create_port:allowed_address_pairs:ip_address", kOwnsNetwork},
    {"create_port:tags", kTagger},
    {"get_port", kReader},
    {"get_port:binding:vif_type", kAdmin},
    {"get_port:binding:vif_details", kAdmin},
    {"get_port:binding:host_id", kAdmin},
    {"get_port:binding:profile", kAdmin},
    {"get_port:resource_request", kAdmin},
    {"get_port:tags",
     "rule:admin_or_service or rule:project_reader or rule:network_owner_reader or "
     "rule:context_is_advsvc"},
    {"update_port", kMember},
    {"update_port:device_id", kMember},
    {"update_port:device_owner", kDeviceOwner},
    {"update_port:mac_address", "rule:admin_or_service or rule:network_owner_manager"},
    {"update_port:fixed_ips", kOwnsNetwork},
    {"update_port:fixed_ips:ip_address", kOwnsNetwork},
    {"update_port:fixed_ips:subnet_id", kOwnsNetworkOrShared},
    {"update_port:port_security_enabled", kOwnsNetwork},
    {"update_port:qos_policy_id", kMember},
    {"update_port:binding:host_id", kAdmin},
    {"update_port:binding:profile", kAdmin},  // Neutron: services only
    {"update_port:binding:vnic_type", kMember},
    {"update_port:allowed_address_pairs", kOwnsNetwork},
    {"update_port:allowed_address_pairs:mac_address", kOwnsNetwork},
    {"update_port:allowed_address_pairs:ip_address", kOwnsNetwork},
    {"update_port:data_plane_status", "rule:admin_or_service or role:data_plane_integrator"},
    {"update_port:tags", kTagger},
    {"delete_port", "rule:admin_or_service or rule:project_member or rule:network_owner_member"},
    {"delete_port:tags",
     "rule:admin_or_service or rule:project_member or rule:network_owner_member or "
     "rule:context_is_advsvc"},
};

}  // namespace

std::span<const DefaultRule> port_defaults() {
  return kRules;
}

}  // namespace tricircle::access
