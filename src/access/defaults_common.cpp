#include "access/defaults.hpp"

namespace tricircle::access {
namespace {

constexpr DefaultRule kRules[] = {
    // Neutron's own words, which operators' files redefine and use.
    {"context_is_admin", "role:admin"},
    {"context_is_advsvc", "role:advsvc"},
    {"service_api", "role:service"},
    {"admin_only", "rule:context_is_admin"},
    {"regular_user", ""},
    {"owner", "tenant_id:%(tenant_id)s"},
    {"admin_or_owner", "rule:context_is_admin or rule:owner"},
    {"default", "rule:admin_or_owner"},
    {"network_owner", "tenant_id:%(network:tenant_id)s"},
    {"admin_or_network_owner", "rule:context_is_admin or tenant_id:%(network:tenant_id)s"},
    {"admin_owner_or_network_owner", "rule:owner or rule:admin_or_network_owner"},
    {"ext_parent_owner", "tenant_id:%(ext_parent:tenant_id)s"},
    {"admin_or_ext_parent_owner", "rule:context_is_admin or tenant_id:%(ext_parent:tenant_id)s"},
    {"sg_owner", "tenant_id:%(security_group:tenant_id)s"},
    {"shared", "field:networks:shared=True"},
    {"external", "field:networks:router:external=True"},
    {"external_network", "field:networks:router:external=True"},
    {"shared_qos_policy", "field:policies:shared=True"},
    {"network_device", "field:port:device_owner=~^network:"},
    {"admin_or_data_plane_int", "rule:context_is_admin or role:data_plane_integrator"},
    {"restrict_wildcard",
     "(not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*) or rule:admin_only"},

    // Ours.
    {"admin_or_service", "rule:admin_only or rule:service_api"},
    {"member_role", "role:member or role:manager"},
    {"reader_role", "role:reader or rule:member_role"},
    {"project_reader", "rule:reader_role and project_id:%(project_id)s"},
    {"project_member", "rule:member_role and project_id:%(project_id)s"},
    {"project_manager", "role:manager and project_id:%(project_id)s"},
    {"network_owner_reader", "rule:reader_role and rule:network_owner"},
    {"network_owner_member", "rule:member_role and rule:network_owner"},
    {"network_owner_manager", "role:manager and rule:network_owner"},
    {"parent_owner_manager", "role:manager and rule:ext_parent_owner"},
};

}  // namespace

std::span<const DefaultRule> common_defaults() {
  return kRules;
}

}  // namespace tricircle::access
