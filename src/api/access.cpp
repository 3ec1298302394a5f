#include "api/access.hpp"

#include "api/columns.hpp"
#include "api/objects.hpp"
#include "api/sharing.hpp"
#include "domain/errors.hpp"
#include "storage/sql.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Attribute;
using domain::Record;
using domain::Resource;

constexpr std::size_t kIdsAtOnce = 500;

bool is_policy(const Resource& resource) {
  return &resource == &domain::policy_resource();
}

std::string action_on(std::string_view verb, const Resource& resource) {
  return std::string(verb) + "_" + std::string(resource.name);
}

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "True" : "False";
  if (value.is_int64()) return std::to_string(value.get_int64());
  return "None";
}

// The keys of an object, or of a list's objects, each as often as it stands there: "create_port:fixed_ips:ip_address"
// is a rule of its own.
std::vector<std::string> parts_of(const json::value& value) {
  std::vector<std::string> keys;
  const auto add = [&](const json::value& one) {
    if (!one.is_object()) return;
    for (const auto& entry : one.get_object()) keys.emplace_back(entry.key());
  };
  add(value);
  if (value.is_array()) std::for_each(value.get_array().begin(), value.get_array().end(), add);
  return keys;
}

bool is_fallback(const Attribute& attribute, const json::value& value) {
  if (attribute.fallback == domain::kByHand || (attribute.can & domain::kNoFreeFallback) != 0) return false;
  return value == (attribute.fallback.empty() ? json::value() : json::parse(attribute.fallback));
}

// The rules that a write must pass: the action's, and those of the attributes that it names.
struct Demand {
  std::vector<std::string> rules;
  std::string words;  // as Neutron's message puts them

  void add(const std::string& rule) { rules.push_back(rule); }
  void say(const std::string& more) { words = words.empty() ? more : "(" + words + " and " + more + ")"; }
};

void demand_attribute(Demand& demand, const Caller& caller, const std::string& rule, const json::value& value) {
  if (!caller.rules->has(rule)) return;
  demand.add(rule);
  std::string parts;
  bool ruled = false;
  for (const std::string& part : parts_of(value)) {
    const std::string of_part = rule + ":" + part;
    parts += (parts.empty() ? "rule:" : " and rule:") + of_part;
    if (!caller.rules->has(of_part)) continue;
    demand.add(of_part);
    ruled = true;
  }
  demand.say(!ruled ? "rule:" + rule : "(rule:" + rule + " and (" + parts + "))");
}

Demand demand_of_write(const Caller& caller, const std::string& action, const Resource& resource, const Record& given,
                       bool fallbacks_are_free) {
  Demand demand;
  demand.add(action);
  demand.say("rule:" + action);
  for (const Attribute& attribute : resource.attributes) {
    const json::value* value = given.if_contains(attribute.name);
    if (value == nullptr || (fallbacks_are_free && is_fallback(attribute, *value))) continue;
    demand_attribute(demand, caller, action + ":" + std::string(attribute.name), *value);
  }
  return demand;
}

void check_all(const Caller& caller, const Demand& demand, const access::Target& target) {
  const bool allowed = std::all_of(demand.rules.begin(), demand.rules.end(),
                                   [&](const std::string& rule) { return caller.may(rule, target); });
  if (!allowed) throw domain::not_authorized(demand.words);
}

void check_one(const Caller& caller, const std::string& action, const access::Target& target) {
  if (!caller.may(action, target)) throw domain::not_authorized("rule:" + action);
}

bool is_on_network(const Resource& resource) {
  return &resource == &domain::subnet_resource() || &resource == &domain::port_resource();
}

}  // namespace

bool sees_all(const Caller& caller) {
  return caller.admin() || caller.service() || caller.may("context_is_advsvc");
}

Condition visible_to(const Caller& caller, const Resource& resource) {
  if (sees_all(caller)) return {};
  const std::string& own = caller.project_id();
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

void add_facts(storage::Connection& db, const Resource& resource, const Caller& caller, std::span<Record> records) {
  // A database takes so many parameters of a statement and no more.
  for (std::size_t from = 0; from < records.size(); from += kIdsAtOnce) {
    const std::span<Record> some = records.subspan(from, std::min(kIdsAtOnce, records.size() - from));
    if (&resource == &domain::network_resource() || is_policy(resource)) add_shared(db, resource, caller, some);
    if (is_on_network(resource)) add_network_facts(db, caller, some);
  }
}

Record with_facts(storage::Connection& db, const Resource& resource, const Caller& caller, Record record) {
  add_facts(db, resource, caller, {&record, 1});
  return record;
}

access::Target target_of(const Record& record) {
  access::Target target;
  for (const auto& entry : record) {
    if (!entry.value().is_structured()) target.emplace(entry.key(), text_of(entry.value()));
  }
  return target;
}

bool may_get(const Caller& caller, const Resource& resource, const access::Target& target) {
  return caller.may(action_on("get", resource), target);
}

const access::Target& LazyTarget::get() {
  if (!target_) target_ = target_of(*record_);
  return *target_;
}

bool may_get_attribute(const Caller& caller, const Resource& resource, std::string_view attribute, LazyTarget& target) {
  const std::string rule = action_on("get", resource) + ":" + std::string(attribute);
  return !caller.rules->has(rule) || caller.may(rule, target.get());
}

void check_own_project(const Caller& caller, const json::object& given) {
  if (sees_all(caller)) return;
  const json::value* project = given.if_contains("project_id");
  if (project == nullptr) project = given.if_contains("tenant_id");
  if (project == nullptr || *project == json::string(caller.project_id())) return;
  throw domain::bad_request(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc "
      "privileges");
}

void check_network_is_given(const Caller& caller, const Resource& resource, const Record& record) {
  if (sees_all(caller) || flag_in(record, "network:shared")) return;
  if (text_in(record, "network:project_id") == caller.project_id()) return;
  throw base::Error(
      base::ErrorKind::forbidden, "",
      "Tenant " + caller.project_id() + " not allowed to create " + std::string(resource.name) + " on this network");
}

void check_may_create(const Caller& caller, const Resource& resource, const Record& given, const Record& wanted) {
  check_all(caller, demand_of_write(caller, action_on("create", resource), resource, given, true), target_of(wanted));
}

void check_may_update(const Caller& caller, const Resource& resource, const Record& before, const Record& given) {
  const access::Target target = target_of(merged(before, given));
  check_all(caller, demand_of_write(caller, action_on("update", resource), resource, given, false), target);
}

void check_may_delete(const Caller& caller, const Resource& resource, const Record& before) {
  check_may(caller, action_on("delete", resource), before);
}

void check_may(const Caller& caller, const std::string& action, const Record& record) {
  check_one(caller, action, target_of(record));
}

void check_may_rule(const Caller& caller, std::string_view verb, const std::string& rule, const Record* policy) {
  access::Target target;
  if (policy != nullptr) target.emplace("ext_parent:project_id", text_in(*policy, "project_id"));
  check_one(caller, std::string(verb) + "_" + rule, target);
}

void check_may_use_quotas(const Caller& caller, const std::string& action, const std::string& project_id) {
  const bool own = action == "get_quota" && !project_id.empty() && project_id == caller.project_id();
  if (!own) check_one(caller, action, {{"project_id", project_id}});
}

}  // namespace tricircle::api
