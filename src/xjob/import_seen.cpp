#include "xjob/import_seen.hpp"

#include "base/error.hpp"
#include "domain/validate.hpp"
#include "xjob/central_policy.hpp"
#include "xjob/copies.hpp"
#include "xjob/harmless.hpp"
#include "xjob/imports.hpp"
#include "xjob/resync_scan.hpp"

#include <algorithm>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using domain::Attribute;
using domain::Record;

constexpr std::size_t kUuid = 36;
constexpr std::size_t kLongest = 255;

// Ours to say, or not to be taken from a pod: its zones are none of the centre's, and which policy it bears is told by
// an import of policies.
constexpr std::string_view kNotTaken[] = {"availability_zone_hints", "qos_policy_id", "created_at", "updated_at",
                                          "revision_number"};

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

std::string cut(std::string text) {
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not within a character
  text.resize(end);
  return text;
}

const domain::Resource& resource_of(const std::string& type) {
  if (type == kNetwork) return domain::network_resource();
  if (type == kSubnet) return domain::subnet_resource();
  if (type == kPort) return domain::port_resource();
  throw std::logic_error("an import takes no " + type);
}

// `shared` is no column: it becomes an entry for everyone.
bool is_taken(const Attribute& attribute) {
  if (std::ranges::find(kNotTaken, attribute.name) != std::end(kNotTaken)) return false;
  return (attribute.can & domain::kDerived) == 0 || attribute.name == "shared";
}

// Extensions that bring it may be missing there.
json::value without_word(const Attribute& attribute) {
  if (!attribute.fallback.empty() && attribute.fallback != domain::kByHand) return json::parse(attribute.fallback);
  if ((attribute.can & domain::kNullable) != 0) return nullptr;
  if (attribute.name == "port_security_enabled") return true;
  if (attribute.kind == domain::Kind::object_list) return json::array{};
  throw base::Error(base::ErrorKind::bad_request, "", "it shows no " + std::string(attribute.name));
}

Record taken_values(const domain::Resource& resource, const json::object& shown) {
  Record values;
  for (const Attribute& attribute : resource.attributes) {
    if (attribute.name == "availability_zone_hints") values[attribute.name] = json::array{};
    if (!is_taken(attribute)) continue;
    const json::value* value = shown.if_contains(attribute.name);
    if (value == nullptr && attribute.name == "project_id") value = shown.if_contains("tenant_id");
    const bool said = value != nullptr && !value->is_null();
    values[attribute.name] = said ? domain::coerced(attribute, *value) : without_word(attribute);
  }
  return values;
}

void keep_content(SeenObjectRow& row, const json::object& shown) {
  try {
    const json::value* revision = shown.if_contains("revision_number");
    json::object content{{"values", taken_values(resource_of(row.type), shown)},
                         {"created_at", text(shown, "created_at")}};
    content["revision_number"] = revision != nullptr && revision->is_int64() ? revision->get_int64() : 0;
    row.content = json::serialize(content);
  } catch (const base::Error& error) {
    row.fault = error.message();
  }
}

// Why the centre cannot have this rule; the key of its place is added to `places`.
std::string rule_fault(const json::value& value, std::set<std::string>& places) {
  const std::string name = value.is_object() ? text(value.get_object(), "type") : std::string();
  const domain::RuleType* type = domain::find_rule_type(name);
  if (type == nullptr) return "it has a rule of a type that the centre does not know: " + name;
  const json::object& rule = value.get_object();
  if (text(rule, "id").empty()) return "it shows a rule without an id";
  for (const Attribute& attribute : type->resource.attributes) {
    const json::value* given = rule.if_contains(attribute.name);
    if (given == nullptr) return "it shows a rule " + name + " without " + std::string(attribute.name);
    if (domain::coerced(attribute, *given) != *given) return "it shows a rule " + name + " that the centre cannot have";
  }
  const std::string place = name + (type->directed ? " " + text(rule, "direction") : "");
  return places.insert(place).second ? std::string() : "it has two rules " + place;
}

std::string policy_fault(const json::object& shown) {
  try {
    for (const Attribute& attribute : domain::policy_resource().attributes) {
      if ((attribute.can & domain::kCopied) == 0) continue;
      const json::value* value = shown.if_contains(attribute.name);
      if (value == nullptr || value->is_null()) return "it shows no " + std::string(attribute.name);
      if (domain::coerced(attribute, *value) != *value) return "its " + std::string(attribute.name) + " is odd";
    }
    const json::value* rules = shown.if_contains("rules");
    if (rules == nullptr || !rules->is_array()) return "it does not show its rules";
    std::set<std::string> places;
    for (const json::value& rule : rules->get_array()) {
      if (std::string fault = rule_fault(rule, places); !fault.empty()) return fault;
    }
    return {};
  } catch (const base::Error& error) {
    return error.message();
  }
}

std::string tag_of(const json::object& shown) {
  if (const json::value* tags = shown.if_contains("tags"); tags != nullptr && tags->is_array()) {
    for (const json::value& tag : tags->get_array()) {
      if (!tag.is_string()) continue;
      if (std::string central = central_of_tag(tag.get_string()); !central.empty()) return central;
    }
  }
  return central_of_name(text(shown, "name"));
}

void keep_policy(SeenObjectRow& row, const json::object& shown) {
  row.fault = policy_fault(shown);
  row.content = json::serialize(shown);
}

}  // namespace

SeenObjectRow seen_row(const std::string& type, const json::object& shown, bool whole) {
  SeenObjectRow row;
  row.type = type;
  row.local_id = text(shown, "id");
  if (row.local_id.size() > kUuid) row.local_id.clear();
  row.name = cut(text(shown, "name"));
  row.network_id = cut(text(shown, "network_id")).substr(0, kUuid);
  row.policy_id = text(shown, type == kRbac ? "object_id" : "qos_policy_id").substr(0, kUuid);
  if (type == kNetwork) row.detail = spelled(backing_of(shown));
  if (type == kSubnet) row.detail = cut(text(shown, "cidr"));
  if (type == kPort) row.detail = cut(text(shown, "device_owner"));
  if (type == kRbac) row.detail = cut(text(shown, "target_tenant"));
  if (type == kPolicy) {
    keep_policy(row, shown);
  } else if (whole && type != kRbac) {
    keep_content(row, shown);
  }
  return row;
}

std::vector<std::string> fields_of(const std::string& type, bool whole) {
  if (type == kPolicy)
    return {"id", "name", "description", "shared", "is_default", "project_id", "rules", "tags", "created_at"};
  if (type == kRbac) return {"id", "object_id", "target_tenant"};
  std::vector<std::string> fields{"id", "name"};
  if (type != kSubnet) fields.emplace_back("qos_policy_id");
  if (type == kNetwork) fields.insert(fields.end(), {"provider:network_type", "provider:physical_network", "segments"});
  if (type == kPort) fields.insert(fields.end(), {"network_id", "device_owner"});
  if (!whole) return fields;
  fields.insert(fields.end(), {"created_at", "revision_number"});
  for (const Attribute& attribute : resource_of(type).attributes) {
    const std::string name(attribute.name);
    if (is_taken(attribute) && std::ranges::find(fields, name) == fields.end()) fields.push_back(name);
  }
  return fields;
}

SeenContent content_of(const std::string& content) {
  const json::object parsed = json::parse(content).as_object();
  return {parsed.at("values").as_object(), text(parsed, "created_at"), parsed.at("revision_number").as_int64()};
}

PolicyContent policy_content_of(const std::string& content) {
  const json::object shown = json::parse(content).as_object();
  const json::value* is_default = shown.if_contains("is_default");
  return {copied_attributes(domain::policy_resource(), shown),
          copy_rules_of(shown),
          cut(text(shown, "project_id")),
          text(shown, "created_at"),
          tag_of(shown),
          is_default != nullptr && is_default->is_bool() && is_default->get_bool()};
}

std::string key_of(const Record& attributes, const std::vector<domain::CopyRule>& rules) {
  const auto line = [](const domain::Resource& resource, const Record& values) {
    std::string text;
    for (const Attribute& attribute : resource.attributes) {
      const json::value* value = values.if_contains(attribute.name);
      if ((attribute.can & domain::kCopied) != 0 && value != nullptr) text += " " + json::serialize(*value);
    }
    return text + "\n";
  };
  std::vector<std::string> lines;
  for (const domain::CopyRule& rule : rules)
    lines.push_back(rule.type + line(domain::find_rule_type(rule.type)->resource, rule.values));
  std::ranges::sort(lines);
  std::string key = line(domain::policy_resource(), attributes);
  for (const std::string& one : lines) key += one;
  return key;
}

}  // namespace tricircle::xjob
