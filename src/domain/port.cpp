#include "base/ids.hpp"
#include "domain/catalogue.hpp"
#include "domain/errors.hpp"
#include "domain/ip.hpp"

#include <set>
#include <string>

#include <boost/json/array.hpp>
#include <fmt/format.h>

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
    {.name = "mac_address", .kind = Kind::mac, .can = kWrite | kFind},
    {.name = "admin_state_up", .kind = Kind::boolean, .can = kWrite | kFind, .fallback = "true"},
    {.name = "status", .can = kFind, .high = 16, .fallback = "\"DOWN\""},
    {.name = "device_id", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "device_owner", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "fixed_ips", .kind = Kind::object_list, .can = kWrite},
    {.name = "allowed_address_pairs", .kind = Kind::object_list, .can = kWrite | kNullIsFallback, .fallback = "[]"},
    {.name = "extra_dhcp_opts", .kind = Kind::object_list, .can = kWrite | kNullIsFallback, .fallback = "[]"},
    {.name = "security_groups", .kind = Kind::text_list, .can = kWrite | kNullIsFallback, .high = 36, .fallback = "[]"},
    {.name = "description", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "binding:vnic_type",
     .kind = Kind::choice,
     .can = kWrite | kFilter,
     .choices = kVnicTypes,
     .fallback = "\"normal\""},
    {.name = "binding:profile", .kind = Kind::object, .can = kWrite | kNullIsFallback, .fallback = "{}"},
    {.name = "binding:host_id", .can = kWrite | kFilter | kNullIsFallback, .high = 255, .fallback = "\"\""},
    {.name = "binding:vif_type", .can = kFilter, .high = 64, .fallback = "\"unbound\""},
    {.name = "binding:vif_details", .kind = Kind::object, .fallback = "{}"},
    {.name = "port_security_enabled", .kind = Kind::boolean, .can = kWrite | kFilter, .fallback = "true"},
    {.name = "qos_policy_id", .kind = Kind::uuid, .can = kWrite | kFilter | kNullable},
    {.name = "qos_network_policy_id",
     .kind = Kind::uuid,
     .can = kDerived | kNullable,
     .sql = "(SELECT n.qos_policy_id FROM networks n WHERE n.id = ports.network_id)"},
    {.name = "resource_request", .kind = Kind::object, .can = kDerived | kNullable},
    {.name = "dns_name", .can = kWrite | kFilter, .high = 255, .fallback = "\"\""},
    {.name = "tags", .kind = Kind::text_list, .can = kDerived},
    {.name = "created_at", .kind = Kind::time, .can = kSort},
    {.name = "updated_at", .kind = Kind::time, .can = kSort},
    {.name = "revision_number", .kind = Kind::integer, .can = kFind},
};

[[noreturn]] void refuse(std::string_view attribute, const std::string& reason) {
  throw bad_request(fmt::format("Invalid input for {}. Reason: {}.", attribute, reason));
}

void check_fixed_ip(const boost::json::object& entry, std::set<Address>& seen) {
  for (const auto& [key, value] : entry) {
    if (key != "subnet_id" && key != "ip_address")
      refuse("fixed_ips", fmt::format("unexpected key '{}'", std::string_view(key)));
    if (!value.is_string()) refuse("fixed_ips", fmt::format("'{}' must be a string", std::string_view(key)));
  }
  if (const auto* subnet = entry.if_contains("subnet_id")) {
    if (!base::is_uuid(subnet->get_string()))
      refuse("fixed_ips", fmt::format("'{}' is not a valid UUID", std::string_view(subnet->get_string())));
  }
  if (const auto* text = entry.if_contains("ip_address")) {
    const std::string_view given = text->get_string();
    const auto address = parse_address(given);
    if (!address) refuse("fixed_ips", fmt::format("'{}' is not a valid IP address", given));
    if (!seen.insert(*address).second) refuse("fixed_ips", fmt::format("Duplicate IP address '{}'", given));
  }
}

void check_port(const Record*, const Record& wanted) {
  if (const auto* list = wanted.if_contains("fixed_ips"); list && list->is_array()) {
    std::set<Address> seen;
    for (const boost::json::value& entry : list->get_array()) check_fixed_ip(entry.as_object(), seen);
  }
  if (const auto* groups = wanted.if_contains("security_groups"); groups && groups->is_array()) {
    for (const boost::json::value& group : groups->get_array()) {
      if (!base::is_uuid(group.as_string()))
        refuse("security_groups", fmt::format("'{}' is not a valid UUID", std::string_view(group.as_string())));
    }
  }
}

}  // namespace

const Resource& port_resource() {
  static constexpr Resource kResource{.name = "port",
                                      .collection = "ports",
                                      .path = "/v2.0/ports",
                                      .table = "ports",
                                      .extension = "",
                                      .not_found = "PortNotFound",
                                      .label = "Port",
                                      .attributes = kAttributes,
                                      .check = check_port};
  return kResource;
}

}  // namespace tricircle::domain
