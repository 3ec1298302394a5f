#include "domain/catalogue.hpp"

namespace tricircle::domain {
namespace {

constexpr unsigned kFind = kFilter | kSort;
constexpr unsigned kWrite = kPost | kPut;

constexpr Attribute kAttributes[] = {
    {.name = "id", .kind = Kind::uuid, .can = kFind},
    {.name = "name", .can = kWrite | kFind | kCopied, .high = 255, .fallback = "\"\""},
    {.name = "project_id", .can = kPost | kFind, .high = 255},
    {.name = "shared",
     .kind = Kind::boolean,
     .can = kWrite | kFilter | kCopied | kDerived,
     .fallback = "false",
     .sql = "EXISTS (SELECT 1 FROM rbac_policies r WHERE r.object_type = 'qos_policy' AND r.target_tenant = '*' AND "
            "r.action = 'access_as_shared' AND r.object_id = qos_policies.id)"},
    {.name = "is_default", .kind = Kind::boolean, .can = kWrite | kFilter, .fallback = "false"},
    {.name = "description", .can = kWrite | kFilter | kCopied, .high = 255, .fallback = "\"\""},
    {.name = "rules", .kind = Kind::object_list, .can = kDerived},
    {.name = "tags", .kind = Kind::text_list, .can = kDerived},
    {.name = "created_at", .kind = Kind::time},
    {.name = "updated_at", .kind = Kind::time},
    {.name = "revision_number", .kind = Kind::integer, .can = kFilter},
};

}  // namespace

const Resource& policy_resource() {
  static constexpr Resource kResource{.name = "policy",
                                      .collection = "policies",
                                      .path = "/v2.0/qos/policies",
                                      .table = "qos_policies",
                                      .extension = "qos",
                                      .not_found = "QosPolicyNotFound",
                                      .label = "QoS policy",
                                      .attributes = kAttributes};
  return kResource;
}

}  // namespace tricircle::domain
