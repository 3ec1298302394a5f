#include "domain/network.hpp"

#include "domain/errors.hpp"
#include "domain/list_shapes.hpp"
#include "domain/shown.hpp"
#include "domain/validate.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::domain {
namespace {

constexpr unsigned kFind = kFilter | kSort;
constexpr unsigned kWrite = kPost | kPut;

constexpr std::int64_t kDefaultMtu = 1500;
constexpr std::int64_t kMostMtu = 65535;
constexpr std::size_t kMostHints = 255;  // Neutron keeps them as one text of this length

// 0 asks for what there is by default.
std::string mtu_shape(boost::json::value& given) {
  given = coerced({.name = "mtu", .kind = Kind::integer}, given);
  const std::int64_t mtu = given.get_int64();
  if (mtu < 0) return fmt::format("'{}' should be non-negative", mtu);
  if (mtu == 0) given = kDefaultMtu;
  return {};
}

// After the rights to set it.
void check_mtu(const Record*, const Record& wanted) {
  if (wanted.at("mtu").as_int64() > kMostMtu)
    throw invalid_input(fmt::format("Invalid input for operation: Requested MTU is too big, maximum is {}.", kMostMtu));
}

std::string zone_hints_shape(boost::json::value& given) {
  const auto* list = given.if_array();
  if (list == nullptr) return fmt::format("'{}' is not a list", shown(given));
  if (std::string fault = duplicates_fault(*list); !fault.empty()) return fault;
  std::size_t size = 2;
  for (const boost::json::value& hint : *list) {
    if (!hint.is_string()) return fmt::format("'{}' is not a valid string", shown(hint));
    size += hint.get_string().size() + (&hint == list->begin() ? 2 : 4);
  }
  if (size > kMostHints)
    throw invalid_input("Invalid input for operation: Too many availability_zone_hints specified.");
  return {};
}

constexpr Attribute kAttributes[] = {
    {.name = "id", .kind = Kind::uuid, .can = kFind},
    {.name = "name", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "project_id", .can = kPost | kFind, .high = 255},
    {.name = "admin_state_up", .kind = Kind::boolean, .can = kWrite | kFind, .fallback = "true"},
    {.name = "shared",
     .kind = Kind::boolean,
     .can = kWrite | kFilter | kDerived,
     .fallback = "false",
     .sql = "EXISTS (SELECT 1 FROM rbac_policies r WHERE r.object_type = 'network' AND r.target_tenant = '*' AND "
            "r.action = 'access_as_shared' AND r.object_id = networks.id)"},
    {.name = "router:external", .kind = Kind::boolean, .can = kWrite | kFilter, .fallback = "false"},
    {.name = "mtu", .kind = Kind::integer, .can = kWrite | kFind, .fallback = "1500", .shape = mtu_shape},
    {.name = "status", .can = kFind, .high = 16, .fallback = "\"ACTIVE\""},
    {.name = "subnets", .kind = Kind::text_list, .can = kDerived},
    {.name = "availability_zone_hints",
     .kind = Kind::text_list,
     .can = kPost,
     .fallback = "[]",
     .shape = zone_hints_shape},
    {.name = "availability_zones", .kind = Kind::text_list, .can = kDerived},
    {.name = "provider:network_type", .can = kWrite | kFilter | kNoFreeFallback, .high = 32, .fallback = "null"},
    {.name = "provider:physical_network", .can = kWrite | kFilter | kNoFreeFallback, .high = 64, .fallback = "null"},
    {.name = "provider:segmentation_id",
     .kind = Kind::integer,
     .can = kWrite | kFilter | kNoFreeFallback,
     .high = 4294967295,
     .fallback = "null"},
    {.name = "description", .can = kWrite | kFilter, .high = 255, .fallback = "\"\""},
    {.name = "port_security_enabled", .kind = Kind::boolean, .can = kWrite, .fallback = "true"},
    {.name = "qos_policy_id", .kind = Kind::uuid, .can = kWrite | kNullable},
    {.name = "tags", .kind = Kind::text_list, .can = kDerived},
    {.name = "created_at", .kind = Kind::time},
    {.name = "updated_at", .kind = Kind::time},
    {.name = "revision_number", .kind = Kind::integer, .can = kFilter},
};

}  // namespace

const Resource& network_resource() {
  static constexpr Resource kResource{.name = "network",
                                      .collection = "networks",
                                      .path = "/v2.0/networks",
                                      .table = "networks",
                                      .extension = "",
                                      .not_found = "NetworkNotFound",
                                      .label = "Network",
                                      .attributes = kAttributes,
                                      .check = check_mtu};
  return kResource;
}

}  // namespace tricircle::domain
