#include "api/rules.hpp"

#include <algorithm>
#include <memory>

namespace tricircle::api {
namespace {

using SharedRules = std::shared_ptr<const Rules>;

void add_below_policy(Router& router, const domain::Resource& resource, const SharedRules& rules) {
  const std::string all = std::string(resource.path) + "/{policy_id}/" + std::string(resource.collection);
  const std::string one = all + "/{id}";
  const std::string key(resource.name);
  router.add("GET", all, [rules](Call& call, const Parameters& path) { return rules->list(call, path[0]); });
  router.add("POST", all, [rules](Call& call, const Parameters& path) { return rules->create(call, path[0]); });
  router.add("GET", one,
             [rules, key](Call& call, const Parameters& path) { return rules->show(call, path[0], path[1], key); });
  router.add("PUT", one,
             [rules, key](Call& call, const Parameters& path) { return rules->update(call, path[0], path[1], key); });
  router.add("DELETE", one,
             [rules, key](Call& call, const Parameters& path) { return rules->remove(call, path[0], path[1], key); });
}

void add_by_id(Router& router, const std::string& one, const std::string& key, const SharedRules& rules) {
  router.add("GET", one, [rules, key](Call& call, const Parameters& path) {
    return rules->show(call, std::nullopt, path[0], key);
  });
  router.add("PUT", one, [rules, key](Call& call, const Parameters& path) {
    return rules->update(call, std::nullopt, path[0], key);
  });
  router.add("DELETE", one, [rules, key](Call& call, const Parameters& path) {
    return rules->remove(call, std::nullopt, path[0], key);
  });
}

}  // namespace

void add_rule_routes(Router& router, const Services& services) {
  for (const domain::RuleType& type : domain::rule_types()) {
    const auto rules = std::make_shared<const Rules>(services, type);
    add_below_policy(router, type.resource, rules);
    if (!type.alias) continue;
    // Neutron's code has dashes there, its documents underscores: both are taken.
    const std::string key = "alias_" + std::string(type.resource.name);
    std::string collection = "alias_" + std::string(type.resource.collection);
    add_by_id(router, "/v2.0/qos/" + collection + "/{id}", key, rules);
    std::replace(collection.begin(), collection.end(), '_', '-');
    add_by_id(router, "/v2.0/qos/" + collection + "/{id}", key, rules);
  }
}

}  // namespace tricircle::api
