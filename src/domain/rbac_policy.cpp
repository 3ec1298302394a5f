#include "domain/catalogue.hpp"
#include "domain/errors.hpp"
#include "domain/sharing.hpp"
#include "domain/shown.hpp"

#include <cctype>
#include <string>

#include <fmt/format.h>

namespace tricircle::domain {
namespace {

std::string normal(std::string_view type) {
  while (!type.empty() && std::isspace(static_cast<unsigned char>(type.front()))) type.remove_prefix(1);
  while (!type.empty() && std::isspace(static_cast<unsigned char>(type.back()))) type.remove_suffix(1);
  std::string lower(type);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string object_type_shape(boost::json::value& given) {
  const std::string type = normal(shown(given));
  if (shareable(type) == nullptr)
    throw invalid_input(
        fmt::format("Invalid input for operation: '{}' is not a valid RBAC object type.", shown(given)));
  given = type;
  return {};
}

constexpr Attribute kAttributes[] = {
    {.name = "id", .kind = Kind::uuid, .can = kFilter},
    {.name = "object_type", .can = kPost | kFilter | kRequired, .high = 255, .shape = object_type_shape},
    {.name = "object_id", .kind = Kind::uuid, .can = kPost | kFilter | kRequired},
    {.name = "target_tenant", .can = kPost | kPut | kFilter | kRequired, .high = 255},
    {.name = "project_id", .can = kPost | kFilter, .high = 255},
    {.name = "action", .can = kPost | kFilter | kRequired, .high = 255},
};

void check_rbac_policy(const Record*, const Record& wanted) {
  const std::string_view type = wanted.at("object_type").as_string();
  const std::string_view action = wanted.at("action").as_string();
  if (action == kAsShared || (action == kAsExternal && type == network_resource().name)) return;
  const std::string_view valid =
      type == network_resource().name ? "'access_as_shared', 'access_as_external'" : "'access_as_shared',";
  throw base::Error(base::ErrorKind::bad_request, "InvalidActionForType",
                    fmt::format("Invalid action '{}' for object type '{}'. Valid actions: ({})", action, type, valid));
}

}  // namespace

const Resource& rbac_policy_resource() {
  static constexpr Resource kResource{.name = "rbac_policy",
                                      .collection = "rbac_policies",
                                      .path = "/v2.0/rbac-policies",
                                      .table = "rbac_policies",
                                      .extension = "rbac-policies",
                                      .not_found = "RbacPolicyNotFound",
                                      .label = "RBAC policy",
                                      .attributes = kAttributes,
                                      .check = check_rbac_policy,
                                      .not_found_message = "{0} of type unknown with ID {1} not found"};
  return kResource;
}

const Resource* shareable(std::string_view object_type) {
  if (object_type == "network") return &network_resource();
  return object_type == "qos_policy" ? &policy_resource() : nullptr;
}

std::string_view rbac_type(const Resource& resource) {
  return &resource == &policy_resource() ? "qos_policy" : resource.name;
}

}  // namespace tricircle::domain
