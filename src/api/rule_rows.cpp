#include "api/rule_rows.hpp"

#include "api/columns.hpp"
#include "storage/sql.hpp"

#include <algorithm>

namespace tricircle::api {
namespace {

using domain::Attribute;
using domain::Record;
using domain::RuleType;

constexpr Attribute kId{.name = "id", .kind = domain::Kind::uuid};
constexpr Attribute kPolicy{.name = "qos_policy_id", .kind = domain::Kind::uuid};
constexpr Attribute kType{.name = "type"};

// Every column that some type has.
Columns all_columns() {
  Columns columns{&kId, &kPolicy, &kType};
  for (const RuleType& type : domain::rule_types()) {
    for (const Attribute& attribute : type.resource.attributes) {
      const bool known = std::any_of(columns.begin(), columns.end(),
                                     [&](const Attribute* column) { return column->name == attribute.name; });
      if (!known) columns.push_back(&attribute);
    }
  }
  return columns;
}

std::string select_all() {
  std::string sql;
  for (const Attribute* column : all_columns()) sql += (sql.empty() ? "SELECT " : ",") + storage::quoted(column->name);
  return sql + " FROM qos_rules WHERE qos_policy_id IN (";
}

// What its type has, and no more.
Record rule_of(const storage::Row& row) {
  const RuleType* type = domain::find_rule_type(row.text("type"));
  if (type == nullptr) throw std::logic_error("a rule of a type that is not in the catalogue");
  Record rule;
  rule.reserve(type->resource.attributes.size() + 3);
  for (const Attribute* column : {&kId, &kPolicy, &kType}) rule[column->name] = from_column(*column, row);
  for (const Attribute& attribute : type->resource.attributes) rule[attribute.name] = from_column(attribute, row);
  return rule;
}

storage::ColumnValues values_of(const RuleType& type, const Record& rule) {
  storage::ColumnValues values;
  for (const Attribute& attribute : type.resource.attributes)
    values.emplace_back(attribute.name, to_column(attribute, rule.at(attribute.name)));
  return values;
}

}  // namespace

std::vector<Record> rules_of(storage::Connection& db, const std::vector<storage::Value>& policy_ids) {
  static const std::string sql = select_all();
  const storage::Result found =
      db.execute(sql + storage::placeholders(policy_ids.size()) + ") ORDER BY type, direction", policy_ids);
  std::vector<Record> rules;
  rules.reserve(found.rows().size());
  for (const storage::Row& row : found.rows()) rules.push_back(rule_of(row));
  return rules;
}

std::optional<std::string> policy_of_rule(storage::Connection& db, const RuleType& type, const std::string& id) {
  const storage::Result found =
      db.execute("SELECT qos_policy_id FROM qos_rules WHERE id = ? AND type = ?", {id, std::string(type.type)});
  if (found.empty()) return std::nullopt;
  return found.front().text("qos_policy_id");
}

void insert_rule(storage::Connection& db, const RuleType& type, const Record& rule) {
  storage::ColumnValues values = values_of(type, rule);
  for (const Attribute* column : {&kId, &kPolicy, &kType})
    values.emplace_back(column->name, to_column(*column, rule.at(column->name)));
  if (!type.directed) values.emplace_back("direction", std::string());
  storage::insert(db, "qos_rules", values);
}

void update_rule(storage::Connection& db, const RuleType& type, const Record& rule) {
  std::string assignments;
  std::vector<storage::Value> parameters;
  for (const auto& [column, value] : values_of(type, rule)) {
    assignments += (assignments.empty() ? "" : ", ") + storage::quoted(column) + " = ?";
    parameters.push_back(value);
  }
  parameters.emplace_back(text_in(rule, "id"));
  db.execute("UPDATE qos_rules SET " + assignments + " WHERE id = ?", parameters);
}

void delete_rule(storage::Connection& db, const std::string& id) {
  db.execute("DELETE FROM qos_rules WHERE id = ?", {id});
}

}  // namespace tricircle::api
