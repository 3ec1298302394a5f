#include "domain/catalogue.hpp"
#include "domain/errors.hpp"
#include "domain/ip.hpp"

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::domain {
namespace {

constexpr unsigned kFind = kFilter | kSort;
constexpr unsigned kWrite = kPost | kPut;
constexpr std::int64_t kVersions[] = {4, 6};
constexpr std::string_view kIpv6Modes[] = {"dhcpv6-stateful", "dhcpv6-stateless", "slaac"};

constexpr Attribute kAttributes[] = {
    {.name = "id", .kind = Kind::uuid, .can = kFind},
    {.name = "name", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "project_id", .can = kPost | kFind, .high = 255},
    {.name = "network_id", .kind = Kind::uuid, .can = kPost | kFind | kRequired},
    {.name = "ip_version", .kind = Kind::integer, .can = kPost | kFind | kRequired, .numbers = kVersions},
    {.name = "enable_dhcp", .kind = Kind::boolean, .can = kWrite | kFind, .fallback = "true"},
    {.name = "ipv6_ra_mode", .kind = Kind::choice, .can = kPost | kFind | kNullable, .choices = kIpv6Modes},
    {.name = "ipv6_address_mode", .kind = Kind::choice, .can = kPost | kFind | kNullable, .choices = kIpv6Modes},
    {.name = "gateway_ip", .kind = Kind::address, .can = kWrite | kFind | kNullable, .fallback = kByHand},
    {.name = "cidr", .kind = Kind::cidr, .can = kPost | kFind | kRequired},
    {.name = "allocation_pools", .kind = Kind::object_list, .can = kWrite},
    {.name = "host_routes", .kind = Kind::object_list, .can = kWrite | kNullIsFallback, .fallback = "[]"},
    {.name = "dns_nameservers", .kind = Kind::text_list, .can = kWrite | kNullIsFallback, .fallback = "[]"},
    {.name = "description", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "service_types", .kind = Kind::text_list, .can = kWrite | kNullIsFallback, .high = 255, .fallback = "[]"},
    {.name = "tags", .kind = Kind::text_list, .can = kDerived},
    {.name = "created_at", .kind = Kind::time, .can = kSort},
    {.name = "updated_at", .kind = Kind::time, .can = kSort},
    {.name = "revision_number", .kind = Kind::integer, .can = kFind},
};

[[noreturn]] void refuse(std::string_view attribute, const std::string& reason) {
  throw bad_request(fmt::format("Invalid input for {}. Reason: {}.", attribute, reason));
}

std::string shown(const AddressRange& range) {
  return fmt::format("{}-{}", to_text(range.first), to_text(range.last));
}

// The value of a list entry's key as an address of the subnet's family.
Address entry_address(std::string_view attribute, const boost::json::object& entry, std::string_view key, bool v6) {
  const auto* value = entry.if_contains(key);
  const auto address = value && value->is_string() ? parse_address(value->get_string()) : std::nullopt;
  if (!address || address->v6 != v6)
    refuse(attribute, fmt::format("'{}' of an entry must be an IPv{} address", key, v6 ? 6 : 4));
  return *address;
}

void check_gateway(const Cidr& cidr, const boost::json::value* value) {
  if (!value || value->is_null()) return;
  const auto gateway = parse_address(value->as_string());
  // Routers of IPv6 mostly announce their link-local address.
  if (gateway && gateway->v6 && cidr.network.v6 && is_link_local(*gateway)) return;
  if (!gateway || !contains(cidr, *gateway) || !usable_addresses(cidr).contains(*gateway))
    throw invalid_input("Invalid input for operation: Gateway is not valid on subnet.");
}

void check_pools(const Cidr& cidr, const boost::json::value* value) {
  if (!value || value->is_null()) return;
  std::vector<AddressRange> pools;
  for (const boost::json::value& item : value->as_array()) {
    const boost::json::object& entry = item.as_object();
    if (entry.size() != 2) refuse("allocation_pools", "an entry has exactly 'start' and 'end'");
    const AddressRange pool{entry_address("allocation_pools", entry, "start", cidr.network.v6),
                            entry_address("allocation_pools", entry, "end", cidr.network.v6)};
    if (pool.last < pool.first)
      throw base::Error(base::ErrorKind::bad_request, "InvalidAllocationPool",
                        fmt::format("The allocation pool {} is not valid.", shown(pool)));
    const AddressRange usable = usable_addresses(cidr);
    if (!usable.contains(pool.first) || !usable.contains(pool.last))
      throw base::Error(
          base::ErrorKind::bad_request, "OutOfBoundsAllocationPool",
          fmt::format("The allocation pool {} spans beyond the subnet cidr {}.", shown(pool), to_text(cidr)));
    for (const AddressRange& other : pools) {
      if (pool.first <= other.last && other.first <= pool.last)
        throw base::Error(base::ErrorKind::conflict, "OverlappingAllocationPools",
                          fmt::format("Found overlapping allocation pools: {} {} for subnet {}.", shown(other),
                                      shown(pool), to_text(cidr)));
    }
    pools.push_back(pool);
  }
}

void check_gateway_outside_pools(const boost::json::value* gateway_value, const boost::json::value* pools) {
  if (!gateway_value || !gateway_value->is_string() || !pools || !pools->is_array()) return;
  const auto gateway = parse_address(gateway_value->get_string());
  for (const boost::json::value& item : pools->get_array()) {
    const AddressRange pool{*parse_address(item.at("start").as_string()), *parse_address(item.at("end").as_string())};
    if (gateway && pool.contains(*gateway))
      throw base::Error(
          base::ErrorKind::conflict, "GatewayConflictWithAllocationPools",
          fmt::format("Gateway ip {} conflicts with allocation pool {}.", to_text(*gateway), shown(pool)));
  }
}

void check_nameservers(const boost::json::value* value) {
  if (!value || !value->is_array()) return;
  for (const boost::json::value& server : value->get_array()) {
    if (!parse_address(server.as_string()))
      refuse("dns_nameservers", fmt::format("'{}' is not a valid nameserver", std::string_view(server.as_string())));
  }
}

void check_routes(const boost::json::value* value) {
  if (!value || !value->is_array()) return;
  for (const boost::json::value& item : value->get_array()) {
    const boost::json::object& entry = item.as_object();
    const auto* destination = entry.if_contains("destination");
    const auto cidr = destination && destination->is_string() ? parse_cidr(destination->get_string()) : std::nullopt;
    if (!cidr || entry.size() != 2) refuse("host_routes", "an entry has exactly 'destination' (a cidr) and 'nexthop'");
    entry_address("host_routes", entry, "nexthop", cidr->network.v6);
  }
}

void check_subnet(const Record*, const Record& wanted) {
  const std::string_view text = wanted.at("cidr").as_string();
  const auto cidr = parse_cidr(text);
  if (!cidr) refuse("cidr", fmt::format("'{}' is not a valid IP subnet", text));
  const bool v6 = wanted.at("ip_version").to_number<std::int64_t>() == 6;
  if (cidr->network.v6 != v6)
    throw invalid_input(
        fmt::format("Invalid input for operation: cidr '{}' does not match the ip_version '{}'.", text, v6 ? 6 : 4));
  for (const std::string_view mode : {"ipv6_ra_mode", "ipv6_address_mode"}) {
    const auto* value = wanted.if_contains(mode);
    if (!v6 && value && !value->is_null())
      throw invalid_input(fmt::format("Invalid input for operation: {} is not valid when ip_version is 4.", mode));
  }
  check_gateway(*cidr, wanted.if_contains("gateway_ip"));
  check_pools(*cidr, wanted.if_contains("allocation_pools"));
  check_gateway_outside_pools(wanted.if_contains("gateway_ip"), wanted.if_contains("allocation_pools"));
  check_nameservers(wanted.if_contains("dns_nameservers"));
  check_routes(wanted.if_contains("host_routes"));
}

}  // namespace

const Resource& subnet_resource() {
  static constexpr Resource kResource{.name = "subnet",
                                      .collection = "subnets",
                                      .path = "/v2.0/subnets",
                                      .table = "subnets",
                                      .extension = "",
                                      .not_found = "SubnetNotFound",
                                      .label = "Subnet",
                                      .attributes = kAttributes,
                                      .check = check_subnet};
  return kResource;
}

}  // namespace tricircle::domain
