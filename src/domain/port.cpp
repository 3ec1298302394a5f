#include "domain/port.hpp"

#include "domain/errors.hpp"
#include "domain/list_shapes.hpp"

#include <algorithm>
#include <array>

namespace tricircle::domain {
namespace {

constexpr unsigned kFind = kFilter | kSort;
constexpr unsigned kWrite = kPost | kPut;
constexpr std::string_view kVnicTypes[] = {"normal",
                                           "direct",
                                           "macvtap",
                                           "baremetal",
                                           "direct-physical",
                                           "virtio-forwarder",
                                           "smart-nic",
                                           "vdpa",
                                           "accelerator-direct",
                                           "remote-managed",
                                           "accelerator-direct-physical"};

constexpr Attribute kAttributes[] = {
    {.name = "id", .kind = Kind::uuid, .can = kFind},
    {.name = "name", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "network_id", .kind = Kind::uuid, .can = kPost | kFind | kRequired},
    {.name = "project_id", .can = kPost | kFind, .high = 255},
    {.name = "mac_address", .kind = Kind::mac, .can = kWrite | kFind | kNullable, .fallback = kByHand},
    {.name = "admin_state_up", .kind = Kind::boolean, .can = kWrite | kFind, .fallback = "true"},
    {.name = "status", .can = kFind, .high = 16, .fallback = "\"DOWN\""},
    {.name = "fixed_ips", .kind = Kind::object_list, .can = kWrite, .shape = fixed_ips_shape},
    {.name = "device_id", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "device_owner", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "allowed_address_pairs",
     .kind = Kind::object_list,
     .can = kWrite | kNullIsFallback | kNoFreeFallback,
     .fallback = "[]",
     .shape = address_pairs_shape},
    {.name = "extra_dhcp_opts",
     .kind = Kind::object_list,
     .can = kWrite | kNullIsFallback,
     .fallback = "[]",
     .shape = dhcp_options_shape},
    {.name = "description", .can = kWrite | kFilter, .high = 255, .fallback = "\"\""},
    {.name = "binding:vnic_type", .kind = Kind::choice, .can = kWrite, .choices = kVnicTypes, .fallback = "\"normal\""},
    {.name = "binding:profile",
     .kind = Kind::object,
     .can = kWrite | kNullIsFallback | kNoFreeFallback,
     .fallback = "{}"},
    {.name = "binding:host_id",
     .can = kWrite | kFilter | kNullIsFallback | kNoFreeFallback,
     .high = 255,
     .fallback = "\"\""},
    {.name = "binding:vif_type", .high = 64, .fallback = "\"unbound\""},
    {.name = "binding:vif_details", .kind = Kind::object, .fallback = "{}"},
    {.name = "port_security_enabled", .kind = Kind::boolean, .can = kWrite, .fallback = kByHand},
    {.name = "qos_policy_id", .kind = Kind::uuid, .can = kWrite | kNullable},
    {.name = "qos_network_policy_id",
     .kind = Kind::uuid,
     .can = kDerived | kNullable,
     .sql = "(SELECT n.qos_policy_id FROM networks n WHERE n.id = ports.network_id)"},
    {.name = "resource_request", .kind = Kind::object, .can = kDerived | kNullable},
    {.name = "tags", .kind = Kind::text_list, .can = kDerived},
    {.name = "created_at", .kind = Kind::time},
    {.name = "updated_at", .kind = Kind::time},
    {.name = "revision_number", .kind = Kind::integer, .can = kFilter},
};

constexpr std::array<std::string_view, 3> kRouterInterfaces{
    "network:router_interface", "network:ha_router_replicated_interface", "network:router_interface_distributed"};
constexpr std::array<std::string_view, 3> kNeutronsOwn{"network:dhcp", "network:distributed",
                                                       "network:floatingip_agent_gateway"};
constexpr std::string_view kSourceNat = "network:router_centralized_snat";
constexpr std::string_view kRouterGateway = "network:router_gateway";

bool is_one_of(std::span<const std::string_view> owners, std::string_view owner) {
  return std::find(owners.begin(), owners.end(), owner) != owners.end();
}

}  // namespace

bool is_router_interface(std::string_view device_owner) {
  return is_one_of(kRouterInterfaces, device_owner);
}

bool has_no_automatic_address(std::string_view device_owner) {
  return is_router_interface(device_owner) || device_owner == kSourceNat;
}

bool is_router_port(std::string_view device_owner) {
  return has_no_automatic_address(device_owner) || device_owner == kRouterGateway;
}

bool goes_with_its_network(std::string_view device_owner) {
  return is_one_of(kNeutronsOwn, device_owner);
}

bool is_trusted(std::string_view device_owner) {
  return device_owner.starts_with("network:");
}

void check_address_pairs(const Record& wanted) {
  if (wanted.at("port_security_enabled").as_bool() || wanted.at("allowed_address_pairs").as_array().empty()) return;
  throw base::Error(base::ErrorKind::conflict, "AddressPairAndPortSecurityRequired",
                    "Port Security must be enabled in order to have allowed address pairs on a port.");
}

const Resource& port_resource() {
  static constexpr Resource kResource{.name = "port",
                                      .collection = "ports",
                                      .path = "/v2.0/ports",
                                      .table = "ports",
                                      .extension = "",
                                      .not_found = "PortNotFound",
                                      .label = "Port",
                                      .attributes = kAttributes};
  return kResource;
}

}  // namespace tricircle::domain
