#include "api/access.hpp"

#include "api/columns.hpp"
#include "api/sharing.hpp"
#include "domain/errors.hpp"
#include "storage/sql.hpp"

#include <boost/json/parse.hpp>

namespace tricircle::api {
namespace {

using domain::Access;
using domain::Attribute;
using domain::Record;
using domain::Resource;

bool is_policy(const Resource& resource) {
  return &resource == &domain::policy_resource();
}

// Policies are the administrator's alone; the rest is its project's.
bool owns(const Caller& caller, const Resource& resource, const Record& object) {
  if (is_policy(resource)) return caller.admin();
  return sees_all(caller) || text_in(object, "project_id") == caller.project_id;
}

std::string action(std::string_view verb, const Resource& resource) {
  return std::string(verb) + "_" + std::string(resource.name);
}

void check_attributes(const Caller& caller, std::string_view verb, const Resource& resource, const Record& given,
                      bool fallbacks_are_free) {
  if (sees_all(caller)) return;
  for (const Attribute& attribute : resource.attributes) {
    const boost::json::value* value = given.if_contains(attribute.name);
    if (value == nullptr || attribute.access == Access::everyone) continue;
    const boost::json::value fallback =
        attribute.fallback.empty() ? boost::json::value() : boost::json::parse(attribute.fallback);
    if (fallbacks_are_free && *value == fallback) continue;
    throw domain::not_authorized(action(verb, resource) + ":" + std::string(attribute.name));
  }
}

}  // namespace

bool sees_all(const Caller& caller) {
  return caller.admin() || caller.service();
}

Condition visible_to(const Caller& caller, const Resource& resource) {
  if (sees_all(caller)) return {};
  const std::string& own = caller.project_id;
  if (&resource == &domain::network_resource() || is_policy(resource)) {
    Condition given = given_to(resource, own);
    given.sql = "(project_id = ? OR " + given.sql + ")";
    given.parameters.insert(given.parameters.begin(), own);
    return given;
  }
  if (&resource == &domain::subnet_resource()) {
    Condition given = given_to(domain::network_resource(), own, domain::kAsShared);
    given.sql = "(project_id = ? OR network_id IN (SELECT id FROM networks WHERE project_id = ? OR " + given.sql + "))";
    given.parameters.insert(given.parameters.begin(), {own, own});
    return given;
  }
  if (&resource == &domain::port_resource())
    return {"(project_id = ? OR network_id IN (SELECT id FROM networks WHERE project_id = ?))", {own, own}};
  return {"project_id = ?", {own}};
}

bool sees(storage::Connection& db, const Caller& caller, const Resource& resource, const std::string& id) {
  const Condition condition = visible_to(caller, resource);
  std::vector<storage::Value> parameters{id};
  parameters.insert(parameters.end(), condition.parameters.begin(), condition.parameters.end());
  const std::string table = storage::quoted(resource.table);
  return !db.execute("SELECT id FROM " + table + " WHERE id = ? AND " + condition.sql, parameters).empty();
}

void check_may_create(const Caller& caller, const Resource& resource, const Record& given, const Record& wanted) {
  if (!owns(caller, resource, wanted)) throw domain::not_authorized(action("create", resource));
  if (&resource == &domain::rbac_policy_resource() && !caller.admin() &&
      text_in(wanted, "target_tenant") == domain::kEveryone)
    throw domain::not_authorized("create_rbac_policy:target_tenant");
  check_attributes(caller, "create", resource, given, true);
}

void check_may_update(const Caller& caller, const Resource& resource, const Record& before, const Record& given) {
  if (!owns(caller, resource, before)) throw domain::not_authorized(action("update", resource));
  check_attributes(caller, "update", resource, given, false);
}

void check_may_delete(const Caller& caller, const Resource& resource, const Record& before) {
  if (!owns(caller, resource, before)) throw domain::not_authorized(action("delete", resource));
}

void check_may_write_rules(const Caller& caller, std::string_view verb, const Resource& rule) {
  if (!caller.admin()) throw domain::not_authorized(std::string(verb) + "_policy_" + std::string(rule.name));
}

void check_may_use_quotas(const Caller& caller, std::string_view action, const std::string& project_id) {
  const bool own = !project_id.empty() && project_id == caller.project_id;
  if (!own && !caller.admin()) throw domain::not_authorized(action);
}

void check_may_see_drivers(const Caller& caller) {
  if (!sees_all(caller)) throw domain::not_authorized("get_rule_type");
}

}  // namespace tricircle::api
