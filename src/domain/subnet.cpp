#include "domain/subnet.hpp"

#include "base/ids.hpp"
#include "domain/shown.hpp"
#include "domain/validate.hpp"

#include <fmt/format.h>

namespace tricircle::domain {
namespace {

constexpr unsigned kFind = kFilter | kSort;
constexpr unsigned kWrite = kPost | kPut;
constexpr std::int64_t kVersions[] = {4, 6};
constexpr std::string_view kIpv6Modes[] = {"dhcpv6-stateful", "dhcpv6-stateless", "slaac"};

std::string subnet_pool_shape(boost::json::value& given) {
  if (given.is_null() || given == boost::json::string("prefix_delegation")) return {};
  if (given.is_string() && base::is_uuid(given.get_string())) return {};
  return fmt::format("'{}' is not a valid UUID", shown(given));
}

std::string prefix_length_shape(boost::json::value& given) {
  given = coerced({.name = "prefixlen", .kind = Kind::integer}, given);
  if (given.get_int64() >= 0) return {};
  return fmt::format("'{}' should be non-negative", shown(given));
}

constexpr Attribute kAttributes[] = {
    {.name = "id", .kind = Kind::uuid, .can = kFind},
    {.name = "name", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "ip_version", .kind = Kind::integer, .can = kPost | kFind | kRequired, .numbers = kVersions},
    {.name = "network_id", .kind = Kind::uuid, .can = kPost | kFind | kRequired},
    {.name = "subnetpool_id", .can = kPost | kFilter | kDerived, .sql = "NULL", .shape = subnet_pool_shape},
    {.name = "prefixlen", .kind = Kind::integer, .can = kPost | kDerived, .shape = prefix_length_shape},
    {.name = "use_default_subnetpool", .kind = Kind::boolean, .can = kPost | kDerived},
    {.name = "cidr", .kind = Kind::cidr, .can = kPost | kFind, .fallback = kByHand},
    {.name = "gateway_ip", .kind = Kind::address, .can = kWrite | kFind | kNullable, .fallback = kByHand},
    {.name = "allocation_pools", .kind = Kind::object_list, .can = kWrite, .shape = pools_shape},
    {.name = "dns_nameservers",
     .kind = Kind::text_list,
     .can = kWrite | kNullIsFallback,
     .fallback = "[]",
     .shape = nameservers_shape},
    {.name = "host_routes",
     .kind = Kind::object_list,
     .can = kWrite | kNullIsFallback,
     .fallback = "[]",
     .shape = routes_shape},
    {.name = "project_id", .can = kPost | kFind, .high = 255},
    {.name = "enable_dhcp", .kind = Kind::boolean, .can = kWrite | kFind, .fallback = "true"},
    {.name = "ipv6_ra_mode", .kind = Kind::choice, .can = kPost | kFind, .choices = kIpv6Modes, .fallback = "null"},
    {.name = "ipv6_address_mode",
     .kind = Kind::choice,
     .can = kPost | kFind,
     .choices = kIpv6Modes,
     .fallback = "null"},
    {.name = "description", .can = kWrite | kFilter, .high = 255, .fallback = "\"\""},
    {.name = "service_types",
     .kind = Kind::text_list,
     .can = kWrite | kNullIsFallback,
     .fallback = "[]",
     .shape = service_types_shape},
    {.name = "tags", .kind = Kind::text_list, .can = kDerived},
    {.name = "created_at", .kind = Kind::time},
    {.name = "updated_at", .kind = Kind::time},
    {.name = "revision_number", .kind = Kind::integer, .can = kFilter},
};

}  // namespace

const Resource& subnet_resource() {
  static constexpr Resource kResource{.name = "subnet",
                                      .collection = "subnets",
                                      .path = "/v2.0/subnets",
                                      .table = "subnets",
                                      .extension = "",
                                      .not_found = "SubnetNotFound",
                                      .label = "Subnet",
                                      .attributes = kAttributes};
  return kResource;
}

}  // namespace tricircle::domain
