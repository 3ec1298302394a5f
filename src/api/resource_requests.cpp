#include "api/resource_requests.hpp"

#include "api/columns.hpp"
#include "api/rule_rows.hpp"
#include "storage/sql.hpp"

#include <map>
#include <set>

#include <boost/json/array.hpp>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using domain::RuleType;
using Rules = std::vector<Record>;

std::string policy_of(const Record& port) {
  const std::string own = text_in(port, "qos_policy_id");
  return own.empty() ? text_in(port, "qos_network_policy_id") : own;
}

std::vector<storage::Value> values(const std::set<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::map<std::string, Rules> rules_by_policy(storage::Connection& db, std::span<const Record> ports) {
  std::set<std::string> ids;
  for (const Record& port : ports) ids.insert(policy_of(port));
  ids.erase("");
  std::map<std::string, Rules> rules;
  if (ids.empty()) return rules;
  for (Record& rule : rules_of(db, values(ids))) rules[text_in(rule, "qos_policy_id")].push_back(std::move(rule));
  return rules;
}

std::map<std::string, std::string> physical_networks(storage::Connection& db, std::span<const Record> ports) {
  std::set<std::string> ids;
  for (const Record& port : ports) ids.insert(text_in(port, "network_id"));
  std::map<std::string, std::string> physical;
  const auto found = db.execute(
      "SELECT id, \"provider:physical_network\" AS name FROM networks WHERE \"provider:physical_network\" IS NOT NULL "
      "AND id IN (" +
          storage::placeholders(ids.size()) + ")",
      values(ids));
  for (const storage::Row& row : found.rows()) physical[row.text("id")] = row.text("name");
  return physical;
}

// A trait's name as Placement takes it: each run of other characters is one underscore.
std::string trait(const std::string& text) {
  std::string name = "CUSTOM_";
  for (const char c : text) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool plain = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (plain) {
      name += lower ? static_cast<char>(c - 'a' + 'A') : c;
    } else if (!name.ends_with('_')) {
      name += '_';
    }
  }
  return name;
}

// The same for the same rules of the same port, so that Nova knows a group again.
std::string group_id(const std::string& port_id, const std::string& rule_ids) {
  const boost::uuids::name_generator_sha1 generator(boost::uuids::string_generator()(port_id));
  return boost::uuids::to_string(generator(rule_ids));
}

// The group of one type's rules; null when there are none or the port is on no physical network that they ask for.
json::value group(const RuleType& type, const Record& port, const Rules& rules, const std::string& physical_network) {
  if (type.placement->on_physical_network && physical_network.empty()) return nullptr;
  json::object resources;
  std::string ids;
  for (const Record& rule : rules) {
    if (text_in(rule, "type") != type.type) continue;
    ids += (ids.empty() ? "" : ":") + text_in(rule, "id");
    for (const domain::ResourceClass& of : type.placement->classes) {
      if (of.direction == text_in(rule, "direction")) resources[of.name] = rule.at(type.placement->amount);
    }
  }
  if (resources.empty()) return nullptr;
  json::array required;
  if (type.placement->on_physical_network) required.emplace_back(trait("PHYSNET_" + physical_network));
  required.emplace_back(trait("VNIC_TYPE_" + text_in(port, "binding:vnic_type")));
  return json::object{{"id", group_id(text_in(port, "id"), ids)},
                      {"required", std::move(required)},
                      {"resources", std::move(resources)}};
}

json::value request(const Record& port, const Rules& rules, const std::string& physical_network) {
  json::array groups;
  json::array ids;
  for (const RuleType& type : domain::rule_types()) {
    if (type.placement == nullptr) continue;
    json::value one = group(type, port, rules, physical_network);
    if (one.is_null()) continue;
    ids.push_back(one.at("id"));
    groups.push_back(std::move(one));
  }
  if (groups.empty()) return nullptr;
  return json::object{{"request_groups", std::move(groups)}, {"same_subtree", std::move(ids)}};
}

}  // namespace

void add_resource_requests(storage::Connection& db, std::span<Record> ports) {
  const auto rules = rules_by_policy(db, ports);
  const auto physical = physical_networks(db, ports);
  for (Record& port : ports) {
    const auto own = rules.find(policy_of(port));
    const auto network = physical.find(text_in(port, "network_id"));
    port["resource_request"] =
        own == rules.end() ? json::value()
                           : request(port, own->second, network == physical.end() ? std::string() : network->second);
  }
}

}  // namespace tricircle::api
