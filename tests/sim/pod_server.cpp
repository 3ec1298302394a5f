#include "pod_server.hpp"

#include "domain/catalogue.hpp"
#include "http/message.hpp"

#include <algorithm>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::sim {
namespace {

namespace json = boost::json;

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) parts.push_back(http::percent_decode(path.substr(at, end - at)));
    at = end + 1;
  }
  return parts;
}

std::string text(const json::object& values, std::string_view name) {
  const json::value* value = values.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

// Several filters of one name: any of them. None: all.
bool is_asked_for(const http::Query& asked, std::string_view name, const std::string& value) {
  const auto is_name = [&](const auto& filter) { return filter.first == name; };
  return std::ranges::none_of(asked, is_name) ||
         std::ranges::any_of(asked, [&](const auto& filter) { return is_name(filter) && filter.second == value; });
}

// Of a list in pages: the page is full, or what stands before it has been seen. Less than was asked for, as a server
// may.
bool is_on_page(const http::Query& asked, const std::string& id, std::size_t so_far) {
  constexpr std::size_t kPage = 3;
  if (std::ranges::none_of(asked, [](const auto& filter) { return filter.first == "limit"; })) return true;
  const auto marker = std::ranges::find(asked, "marker", [](const auto& filter) { return filter.first; });
  return so_far < kPage && (marker == asked.end() || marker->second < id);
}

PodAnswer no_policy(const std::string& id) {
  return neutron_error(404, "QosPolicyNotFound", "QoS policy " + id + " could not be found.");
}

json::object shown(const PodPolicy& policy) {
  json::array rules;
  for (const auto& [key, rule] : policy.rules) {
    json::object one = rule.values;
    one["id"] = rule.id;
    one["type"] = key.first;
    if (!key.second.empty()) one["direction"] = key.second;
    rules.push_back(std::move(one));
  }
  return {{"id", policy.id},
          {"name", policy.name},
          {"description", policy.description},
          {"shared", policy.shared},
          {"project_id", policy.project_id},
          {"created_at", base::iso_time(policy.created_at)},
          {"tags", json::array(policy.tags.begin(), policy.tags.end())},
          {"rules", std::move(rules)}};
}

json::object shown(const std::string& id, const PodObject& object) {
  json::object shown_object{{"id", id},
                            {"qos_policy_id", nullptr},
                            {"revision_number", object.revision},
                            {"network_id", object.network_id},
                            {"provider:network_type", object.network_type},
                            {"provider:physical_network", nullptr}};
  if (object.network_type == "vlan") shown_object["provider:physical_network"] = "physnet1";
  if (!object.policy_id.empty()) shown_object["qos_policy_id"] = object.policy_id;
  return shown_object;
}

json::object wrapped(const char* key, json::value value) {
  json::object body;
  body[key] = std::move(value);
  return body;
}

std::int64_t number(const std::map<RuleKey, PodRule>& rules, const char* type, const std::string& direction,
                    const char* attribute, std::int64_t otherwise) {
  const auto found = rules.find({type, direction});
  return found == rules.end() ? otherwise : found->second.values.at(attribute).to_number<std::int64_t>();
}

// A minimum must not be above a maximum of its direction.
bool is_valid(const std::map<RuleKey, PodRule>& rules) {
  for (const char* direction : {"egress", "ingress"}) {
    const std::int64_t most = number(rules, "bandwidth_limit", direction, "max_kbps", 1LL << 40);
    if (number(rules, "minimum_bandwidth", direction, "min_kbps", 0) > most) return false;
  }
  return true;
}

RuleKey key_of(const std::string& type, const json::object& values) {
  const bool directed = domain::find_rule_type(type)->directed;
  std::string direction = text(values, "direction");
  if (directed && direction.empty()) direction = "egress";
  return {type, directed ? direction : std::string()};
}

RuleValues without_direction(json::object values) {
  values.erase("direction");
  return values;
}

}  // namespace

PodAnswer neutron_error(int status, const std::string& type, const std::string& message) {
  return {status, json::object{{"NeutronError", json::object{{"type", type}, {"message", message}, {"detail", ""}}}}};
}

PodPolicy* PodServer::find(const std::string& policy_id) {
  const auto found = policies.find(policy_id);
  return found == policies.end() ? nullptr : &found->second;
}

bool PodServer::in_use(const std::string& policy_id) const {
  return std::ranges::any_of(objects, [&](const auto& object) { return object.second.policy_id == policy_id; });
}

std::string PodServer::new_id(const std::string& what) {
  return region + "-" + what + "-" + std::to_string(++ids_);
}

void PodServer::sent(const http::OutRequest& request) {
  constexpr std::string_view kPolicy = "/v2.0/qos/policies/";
  const std::size_t at = request.url.find(kPolicy);
  if (request.method != "DELETE" || at == std::string::npos) return;
  const PodPolicy* policy = find(request.url.substr(at + kPolicy.size()));  // a rule's path is no policy's id
  if (policy != nullptr) watcher_.told_to_delete_policy(*this, *policy);
}

PodAnswer PodServer::handle(const http::OutRequest& request) {
  ++calls;
  if (request.method != "GET") ++writes;
  const std::size_t host_end = request.url.find('/', request.url.find("//") + 2);
  const std::string target = request.url.substr(host_end);
  const std::size_t question = target.find('?');
  const std::string query = question == std::string::npos ? "" : target.substr(question + 1);
  const Path path = parts_of(target.substr(0, question));
  const json::object body = request.body.empty() ? json::object() : json::parse(request.body).as_object();
  if (path.empty()) return {300, json::object{{"versions", json::array()}}};
  if (path.at(1) == "qos") return policies_call(request.method, path, query, body);
  if (path.at(1) == "policies") return tag(path);
  return object_call(request, path, query, body);
}

PodAnswer PodServer::policies_call(const std::string& method, const Path& path, const std::string& query,
                                   const json::object& body) {
  if (path.size() == 3 && method == "POST") return create_policy(body.at("policy").as_object());
  if (path.size() == 3) {
    json::array found;
    const auto asked = http::parse_query(query);
    for (const auto& [id, policy] : policies) {
      if (is_on_page(asked, id, found.size()) && is_asked_for(asked, "id", id) &&
          is_asked_for(asked, "name", policy.name))
        found.push_back(shown(policy));
    }
    return {200, wrapped("policies", std::move(found))};
  }
  PodPolicy* policy = find(path.at(3));
  if (policy == nullptr) return no_policy(path.at(3));
  if (path.size() > 4) return rule_call(method, *policy, path, body);
  if (method == "GET") return {200, wrapped("policy", shown(*policy))};
  return method == "DELETE" ? delete_policy(*policy) : change_policy(*policy, body.at("policy").as_object());
}

PodAnswer PodServer::create_policy(const json::object& values) {
  PodPolicy policy;
  policy.id = new_id("policy");
  policy.name = text(values, "name");
  policy.description = text(values, "description");
  policy.shared = values.contains("shared") && values.at("shared").as_bool();
  policy.project_id = text(values, "project_id");
  policy.created_at = clock_.now();
  policy.ours = true;
  policy.central = policy.name.substr(std::string_view("tricircle:").size(), 36);
  const PodPolicy& made = policies[policy.id] = policy;
  watcher_.written(*this, "POST policy " + made.name);
  return {201, wrapped("policy", shown(made))};
}

PodAnswer PodServer::change_policy(PodPolicy& policy, const json::object& values) {
  watcher_.touched(*this, policy, "PUT policy");
  if (values.contains("name")) policy.name = text(values, "name");
  if (values.contains("description")) policy.description = text(values, "description");
  if (values.contains("shared")) policy.shared = values.at("shared").as_bool();
  watcher_.written(*this, "PUT policy " + policy.id + " " + json::serialize(values));
  return {200, wrapped("policy", shown(policy))};
}

PodAnswer PodServer::delete_policy(PodPolicy& policy) {
  watcher_.touched(*this, policy, "DELETE policy");
  watcher_.about_to_delete_policy(*this, policy);
  if (in_use(policy.id)) return neutron_error(409, "QosPolicyInUse", "QoS Policy " + policy.id + " is used.");
  const std::string id = policy.id;
  policies.erase(id);
  watcher_.written(*this, "DELETE policy " + id);
  return {204, nullptr};
}

PodAnswer PodServer::rule_call(const std::string& method, PodPolicy& policy, const Path& path,
                               const json::object& body) {
  const std::string type = path.at(4).substr(0, path.at(4).size() - std::string_view("_rules").size());
  watcher_.touched(*this, policy, method + " rule");
  if (method == "POST") return create_rule(policy, type, body.at(type + "_rule").as_object());
  if (method == "PUT") return change_rule(policy, type, path.at(5), body.at(type + "_rule").as_object());
  return delete_rule(policy, type, path.at(5));
}

PodAnswer PodServer::create_rule(PodPolicy& policy, const std::string& type, const json::object& values) {
  const RuleKey key = key_of(type, values);
  if (policy.rules.contains(key)) return neutron_error(409, "QoSRulesConflict", "There is such a rule.");
  const PodRule rule{new_id("rule"), without_direction(values)};
  auto changed = policy.rules;
  changed[key] = rule;
  if (!is_valid(changed)) return neutron_error(409, "QoSRuleParameterConflict", "A minimum is above a maximum.");
  policy.rules = std::move(changed);
  watcher_.written(*this, "POST rule " + type + " " + key.second + " of " + policy.id + " " + json::serialize(values));
  json::object shown_rule = rule.values;
  shown_rule["id"] = rule.id;
  return {201, wrapped((type + "_rule").c_str(), std::move(shown_rule))};
}

PodAnswer PodServer::change_rule(PodPolicy& policy, const std::string& type, const std::string& id,
                                 const json::object& values) {
  auto changed = policy.rules;
  const auto found = std::ranges::find_if(changed, [&](const auto& rule) { return rule.second.id == id; });
  if (found == changed.end() || found->first.first != type)
    return neutron_error(404, "QosRuleNotFound", "QoS rule " + id + " could not be found.");
  for (const auto& entry : without_direction(values)) found->second.values[entry.key()] = entry.value();
  if (!is_valid(changed)) return neutron_error(409, "QoSRuleParameterConflict", "A minimum is above a maximum.");
  policy.rules = std::move(changed);
  watcher_.written(*this, "PUT rule " + type + " of " + policy.id + " " + json::serialize(values));
  return {200, wrapped((type + "_rule").c_str(), json::object{{"id", id}})};
}

PodAnswer PodServer::delete_rule(PodPolicy& policy, const std::string& type, const std::string& id) {
  const auto found = std::ranges::find_if(policy.rules, [&](const auto& rule) { return rule.second.id == id; });
  if (found == policy.rules.end() || found->first.first != type)
    return neutron_error(404, "QosRuleNotFound", "QoS rule " + id + " could not be found.");
  policy.rules.erase(found);
  watcher_.written(*this, "DELETE rule " + type + " of " + policy.id);
  return {204, nullptr};
}

PodAnswer PodServer::tag(const Path& path) {
  PodPolicy* policy = find(path.at(2));
  if (policy == nullptr) return no_policy(path.at(2));
  watcher_.touched(*this, *policy, "PUT tag");
  policy->tags.insert(path.at(4));
  return {201, nullptr};
}

PodAnswer PodServer::object_call(const http::OutRequest& request, const Path& path, const std::string& query,
                                 const json::object& body) {
  const std::string type = path.at(1).substr(0, path.at(1).size() - 1);
  if (path.size() == 2) return list_objects(type, http::parse_query(query));
  const auto found = objects.find(path.at(2));
  if (found == objects.end() || found->second.type != type) {
    return neutron_error(404, type == "network" ? "NetworkNotFound" : "PortNotFound", path.at(2) + " is not there.");
  }
  PodObject& object = found->second;
  if (request.method == "DELETE") {
    const std::string id = found->first;
    objects.erase(found);
    watcher_.written(*this, "DELETE " + type + " " + id);
    return {204, nullptr};
  }
  if (request.method == "PUT") {
    const auto if_match = request.headers.find("if-match");
    return bind(found->first, object, if_match == request.headers.end() ? "" : if_match->second,
                body.at(type).as_object());
  }
  return {200, wrapped(type.c_str(), shown(found->first, object))};
}

PodAnswer PodServer::list_objects(const std::string& type, const http::Query& asked) const {
  json::array found;
  for (const auto& [id, object] : objects) {
    if (object.type == type && is_on_page(asked, id, found.size()) && is_asked_for(asked, "id", id))
      found.push_back(shown(id, object));
  }
  return {200, wrapped((type + "s").c_str(), std::move(found))};
}

PodAnswer PodServer::bind(const std::string& id, PodObject& object, const std::string& if_match,
                          const json::object& values) {
  if (!if_match.empty() && if_match != "revision_number=" + std::to_string(object.revision))
    return neutron_error(412, "RevisionNumberConstraintFailed", "Constrained to another revision.");
  const std::string policy = text(values, "qos_policy_id");
  if (!policy.empty() && find(policy) == nullptr) return no_policy(policy);
  watcher_.about_to_bind(*this, id, policy);
  if (object.policy_id != policy) ++object.revision;
  object.policy_id = policy;
  watcher_.written(*this, "PUT " + object.type + " " + id + " policy " + (policy.empty() ? "none" : policy));
  return {200, wrapped(object.type.c_str(), json::object{{"id", id}, {"revision_number", object.revision}})};
}

}  // namespace tricircle::sim
