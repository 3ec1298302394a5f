#include "domain/catalogue.hpp"

namespace tricircle::domain {
namespace {

constexpr unsigned kFind = kFilter | kSort;
constexpr unsigned kWrite = kPost | kPut;

constexpr Attribute kAttributes[] = {
    {.name = "id", .kind = Kind::uuid, .can = kFind},
    {.name = "name", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "project_id", .can = kPost | kFind, .high = 255},
    {.name = "admin_state_up", .kind = Kind::boolean, .can = kWrite | kFind, .fallback = "true"},
    {.name = "mtu", .kind = Kind::integer, .can = kWrite | kFind, .low = 68, .high = 65535, .fallback = "1500"},
    {.name = "status", .can = kFind, .high = 16, .fallback = "\"ACTIVE\""},
    {.name = "subnets", .kind = Kind::text_list, .can = kDerived},
    {.name = "shared",
     .kind = Kind::boolean,
     .can = kWrite | kFilter | kDerived,
     .fallback = "false",
     .sql = "EXISTS (SELECT 1 FROM rbac_policies r WHERE r.object_type = 'network' AND r.target_tenant = '*' AND "
            "r.action = 'access_as_shared' AND r.object_id = networks.id)"},
    {.name = "availability_zone_hints",
     .kind = Kind::text_list,
     .can = kPost | kNullIsFallback,
     .high = 255,
     .fallback = "[]"},
    {.name = "router:external", .kind = Kind::boolean, .can = kWrite | kFilter, .fallback = "false"},
    {.name = "provider:network_type", .can = kWrite | kFilter | kNullable, .high = 32},
    {.name = "provider:physical_network", .can = kWrite | kFilter | kNullable, .high = 64},
    {.name = "provider:segmentation_id",
     .kind = Kind::integer,
     .can = kWrite | kFilter | kNullable,
     .high = 4294967295},
    {.name = "description", .can = kWrite | kFind, .high = 255, .fallback = "\"\""},
    {.name = "qos_policy_id", .kind = Kind::uuid, .can = kWrite | kFilter | kNullable},
    {.name = "port_security_enabled", .kind = Kind::boolean, .can = kWrite | kFilter, .fallback = "true"},
    {.name = "dns_domain", .can = kWrite | kFilter, .high = 255, .fallback = "\"\""},
    {.name = "is_default", .kind = Kind::boolean, .can = kWrite | kFilter, .fallback = "false"},
    {.name = "tags", .kind = Kind::text_list, .can = kDerived},
    {.name = "created_at", .kind = Kind::time, .can = kSort},
    {.name = "updated_at", .kind = Kind::time, .can = kSort},
    {.name = "revision_number", .kind = Kind::integer, .can = kFind},
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
                                      .attributes = kAttributes};
  return kResource;
}

}  // namespace tricircle::domain
