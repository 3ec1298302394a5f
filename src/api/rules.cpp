#include "api/rules.hpp"

#include "api/access.hpp"
#include "api/associations.hpp"
#include "api/body.hpp"
#include "api/columns.hpp"
#include "api/lookup.hpp"
#include "api/objects.hpp"
#include "api/pages.hpp"
#include "api/render.hpp"
#include "api/rule_rows.hpp"
#include "base/ids.hpp"
#include "domain/errors.hpp"
#include "domain/validate.hpp"

#include <algorithm>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using storage::Connection;

constexpr domain::Attribute kId{.name = "id", .kind = domain::Kind::uuid};

Columns listed_columns(const domain::Resource& resource) {
  Columns columns{&kId};
  for (const domain::Attribute& attribute : resource.attributes) columns.push_back(&attribute);
  return columns;
}

void bump_policy(Connection& db, const std::string& policy_id, base::Micros now) {
  db.execute("UPDATE qos_policies SET revision_number = revision_number + 1, updated_at = ? WHERE id = ?",
             {now, policy_id});
}

const json::object& object_under(const std::string& key, const domain::Resource& resource, Call& call) {
  domain::Resource named = resource;
  named.name = key;
  return given_object(named, call);
}

// Neutron takes a project, and makes nothing of it: a rule is its policy's.
json::object without_project(json::object rule) {
  rule.erase("tenant_id");
  rule.erase("project_id");
  return rule;
}

void refuse_project(const json::object& given) {
  for (const char* name : {"tenant_id", "project_id"}) {
    if (given.contains(name)) throw domain::bad_request("Cannot update read-only attribute tenant_id");
  }
}

}  // namespace

std::string Rules::endpoint(const std::string& key) const {
  return key == type_.resource.name ? "policy_" + key : key;
}

Record Rules::readable_policy(Connection& db, Call& call, const std::string& policy_id,
                              const std::string& endpoint) const {
  Record policy = found(services_, db, call, domain::policy_resource(), policy_id);
  check_may_rule(call.caller, "get", endpoint, &policy);
  return policy;
}

// The rights are asked before it is known whether there is such a policy.
Record Rules::policy_to_add_to(Connection& db, Call& call, const std::string& policy_id) const {
  meet_policy(db, policy_id);
  const std::string rule = endpoint(std::string(type_.resource.name));
  const std::optional<Record> policy = find_object(db, domain::policy_resource(), policy_id);
  check_may_rule(call.caller, "create", rule, policy ? &*policy : nullptr);
  return found(services_, db, call, domain::policy_resource(), policy_id);
}

// Neutron fetches what is to be changed before it asks for the rights to.
Rules::PolicyAndRule Rules::to_change(Connection& db, Call& call, std::string_view verb, const std::string& policy_id,
                                      const std::string& id, const std::string& key) const {
  meet_policy(db, policy_id);
  PolicyAndRule both;
  both.policy = found(services_, db, call, domain::policy_resource(), policy_id);
  both.rule = rule_of(db, policy_id, id);
  check_may_rule(call.caller, verb, endpoint(key), &both.policy);
  return both;
}

void Rules::check_guarantee(Connection& db, const std::string& policy_id) const {
  if (type_.placement != nullptr) refuse_guarantee_in_use(db, policy_id);
}

Record Rules::rule_of(Connection& db, const std::string& policy_id, const std::string& id) const {
  for (Record& rule : rules_of(db, {policy_id})) {
    if (text_in(rule, "id") == id && text_in(rule, "type") == type_.type) return std::move(rule);
  }
  throw domain::rule_not_found(policy_id, id);
}

void Rules::changed(Connection& db, Call& call, Verb verb, const Record& policy, const Record* before,
                    const Record* after) const {
  services_.plugin.changed(db, call, {verb, type_.resource, before, after, text_in(policy, "project_id")});
}

http::Response Rules::list(Call& call, const std::string& policy_id) const {
  const ListQuery query = parse_list_query(type_.resource, call.request.query, call.caller);
  json::object body;
  services_.db.read([&](Connection& db) {
    body.clear();
    readable_policy(db, call, policy_id, endpoint(std::string(type_.resource.name)));
    const Condition among{"qos_policy_id = ? AND type = ?", {policy_id, std::string(type_.type)}};
    const std::vector<Record> page = select_page(db, type_.resource, listed_columns(type_.resource), query, among);
    json::array rules;
    for (const Record& rule : page) rules.push_back(shown_rule(type_.resource, rule, query.fields));
    body[type_.resource.collection] = std::move(rules);
    if (json::array links = page_links(call.request, query, page); !links.empty())
      body[std::string(type_.resource.collection) + "_links"] = std::move(links);
  });
  return json_response(200, body);
}

// At the paths with dashes Neutron gives all fields, whatever was asked for.
json::object Rules::answer(const Call& call, const Record& rule, const std::string& key) const {
  const bool dashes = call.request.path.find("/alias-") != std::string::npos;
  return {{key, shown_rule(type_.resource, rule, dashes ? Fields{} : asked_fields(call.request.query))}};
}

http::Response Rules::show(Call& call, const Below& below, const std::string& id, const std::string& key) const {
  const std::string policy_id = below ? *below : policy_for(id);
  json::object body;
  services_.db.read([&](Connection& db) {
    readable_policy(db, call, policy_id, endpoint(key));
    body = answer(call, rule_of(db, policy_id, id), key);
  });
  return json_response(200, body);
}

Record Rules::add(Connection& db, const std::string& policy_id, Record rule, std::vector<Record>& rules) const {
  rule["id"] = base::new_uuid();
  rule["qos_policy_id"] = policy_id;
  rule["type"] = type_.type;
  rules.push_back(rule);
  type_.conflict(policy_id, rules.back(), rules);
  check_guarantee(db, policy_id);
  check_users_support(db, policy_id, type_.type);
  insert_rule(db, type_, rule);
  return rule;
}

http::Response Rules::create(Call& call, const std::string& policy_id) const {
  const GivenObjects given = given_objects(type_.resource, call, true);
  std::vector<Record> wanted;
  for (const json::object* object : given.objects) {
    check_own_project(call.caller, *object);
    wanted.push_back(domain::parsed_for_create(type_.resource, without_project(*object)));
  }
  json::object body;
  services_.db.write([&](Connection& db) {
    const Record policy = policy_to_add_to(db, call, policy_id);
    std::vector<Record> rules = rules_of(db, {policy_id});
    json::array answer;
    for (const Record& one : wanted) {
      const Record rule = add(db, policy_id, one, rules);
      bump_policy(db, policy_id, services_.clock.now());
      changed(db, call, Verb::created, policy, nullptr, &rule);
      answer.push_back(given.bulk ? shown_rule_of_policy(type_.resource, rule) : shown_rule(type_.resource, rule));
    }
    if (given.bulk) {
      body[type_.resource.collection] = std::move(answer);
    } else {
      body[type_.resource.name] = std::move(answer.front());
    }
  });
  return json_response(201, body);
}

Record Rules::change(Connection& db, const Record& before, const Record& changes) const {
  const std::string policy_id = text_in(before, "qos_policy_id");
  std::vector<Record> rules = rules_of(db, {policy_id});
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const Record& candidate) { return candidate.at("id") == before.at("id"); });
  for (const auto& entry : changes) rule->insert_or_assign(entry.key(), entry.value());
  type_.conflict(policy_id, *rule, rules);
  check_guarantee(db, policy_id);
  update_rule(db, type_, *rule);
  bump_policy(db, policy_id, services_.clock.now());
  return *rule;
}

http::Response Rules::update(Call& call, const Below& below, const std::string& id, const std::string& key) const {
  const json::object& given = object_under(key, type_.resource, call);
  check_own_project(call.caller, given);
  refuse_project(given);
  const Record changes = domain::parsed_for_update(type_.resource, given);
  const std::string policy_id = below ? *below : policy_for(id);
  json::object body;
  services_.db.write([&](Connection& db) {
    const auto [policy, before] = to_change(db, call, "update", policy_id, id, key);
    Record after = before;
    if (changes.empty()) {
      check_guarantee(db, policy_id);
    } else {
      after = change(db, before, changes);
      changed(db, call, Verb::updated, policy, &before, &after);
    }
    body = answer(call, after, key);
  });
  return json_response(200, body);
}

http::Response Rules::remove(Call& call, const Below& below, const std::string& id, const std::string& key) const {
  refuse_body(call.request);
  const std::string policy_id = below ? *below : policy_for(id);
  services_.db.write([&](Connection& db) {
    const auto [policy, before] = to_change(db, call, "delete", policy_id, id, key);
    check_guarantee(db, policy_id);
    delete_rule(db, id);
    bump_policy(db, policy_id, services_.clock.now());
    changed(db, call, Verb::deleted, policy, &before, nullptr);
  });
  return no_content();
}

std::string Rules::policy_for(const std::string& id) const {
  std::optional<std::string> policy_id;
  services_.db.read([&](Connection& db) { policy_id = policy_of_rule(db, type_, id); });
  if (!policy_id) throw domain::rule_not_found("", id);
  return *policy_id;
}

}  // namespace tricircle::api
