#include "xjob/central_policy.hpp"

#include "storage/sql.hpp"

#include <set>

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;

json::value column_value(const storage::Row& row, const domain::Attribute& attribute) {
  if (row.is_null(attribute.name)) return nullptr;
  switch (attribute.kind) {
    case domain::Kind::boolean:
      return row.boolean(attribute.name);
    case domain::Kind::integer:
      return row.integer(attribute.name);
    default:
      return json::value(row.text(attribute.name));
  }
}

domain::Record copied_columns(const storage::Row& row, const domain::Resource& resource) {
  domain::Record record;
  for (const domain::Attribute& attribute : resource.attributes) {
    if ((attribute.can & domain::kCopied) != 0) record[attribute.name] = column_value(row, attribute);
  }
  return record;
}

using Seen = std::set<std::string_view>;

// ", name" of each column that is copied and not seen before.
std::string copied_names(const domain::Resource& resource, Seen& seen) {
  std::string names;
  for (const domain::Attribute& attribute : resource.attributes) {
    if ((attribute.can & domain::kCopied) == 0 || !seen.insert(attribute.name).second) continue;
    names += attribute.sql.empty() ? ", " : ", " + std::string(attribute.sql) + " AS ";
    names += storage::quoted(attribute.name);
  }
  return names;
}

std::string policy_query() {
  Seen seen;
  return "SELECT project_id, intent" + copied_names(domain::policy_resource(), seen) +
         " FROM qos_policies WHERE id = ?";
}

std::string rules_query() {
  Seen seen;
  std::string names;
  for (const domain::RuleType& type : domain::rule_types()) names += copied_names(type.resource, seen);
  return "SELECT type" + names + " FROM qos_rules WHERE qos_policy_id = ? ORDER BY id";
}

// Type by type, in the catalogue's order.
std::vector<domain::Record> rules_of(storage::Connection& db, const std::string& policy_id) {
  static const std::string query = rules_query();
  const auto found = db.execute(query, {policy_id});
  std::vector<domain::Record> rules;
  for (const domain::RuleType& type : domain::rule_types()) {
    for (const storage::Row& row : found.rows()) {
      if (row.text("type") != type.type) continue;
      domain::Record rule = copied_columns(row, type.resource);
      rule["type"] = type.type;
      rules.push_back(std::move(rule));
    }
  }
  return rules;
}

std::string text(const domain::Record& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

}  // namespace

std::optional<CentralPolicy> find_central_policy(storage::Connection& db, const std::string& policy_id) {
  const domain::Resource& resource = domain::policy_resource();
  static const std::string query = policy_query();
  const auto found = db.execute(query, {policy_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  return CentralPolicy{
      {copied_columns(row, resource), rules_of(db, policy_id)}, row.text("project_id"), row.integer("intent")};
}

std::optional<std::int64_t> central_intent(storage::Connection& db, const std::string& policy_id) {
  const auto found = db.execute("SELECT intent FROM qos_policies WHERE id = ?", {policy_id});
  if (found.empty()) return std::nullopt;
  return found.front().integer("intent");
}

domain::Record copied_attributes(const domain::Resource& resource, const domain::Record& given) {
  domain::Record record;
  for (const domain::Attribute& attribute : resource.attributes) {
    const json::value* value = given.if_contains(attribute.name);
    if ((attribute.can & domain::kCopied) != 0 && value != nullptr) record[attribute.name] = *value;
  }
  return record;
}

std::vector<domain::CopyRule> copy_rules_of(const domain::Record& policy) {
  std::vector<domain::CopyRule> rules;
  const json::value* list = policy.if_contains("rules");
  if (list == nullptr || !list->is_array()) return rules;
  for (const json::value& value : list->get_array()) {
    if (!value.is_object()) continue;
    const json::object& rule = value.get_object();
    const domain::RuleType* type = domain::find_rule_type(text(rule, "type"));
    if (type == nullptr) continue;
    const std::string direction = type->directed ? text(rule, "direction") : std::string();
    rules.push_back(
        {std::string(type->type), direction, text(rule, "id"), copied_attributes(type->resource, rule), false, ""});
  }
  return rules;
}

}  // namespace tricircle::xjob
