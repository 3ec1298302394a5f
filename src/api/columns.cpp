#include "api/columns.hpp"

#include "storage/sql.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Attribute;
using domain::Kind;
using storage::Value;

// Columns of ours, which no client sees.
constexpr Attribute kIntent{.name = "intent", .kind = Kind::integer};
constexpr Attribute kMet{.name = "met", .kind = Kind::integer};
constexpr Attribute kFromCentre{.name = "from_centre", .kind = Kind::boolean};
constexpr Attribute kMadeFor{.name = "made_for", .kind = Kind::uuid};

constexpr std::size_t kMostDerived = 6;  // what is added to a record of columns

Columns own_columns(const domain::Resource& resource) {
  if (&resource == &domain::network_resource()) return {&kIntent, &kMet, &kFromCentre};
  if (&resource == &domain::subnet_resource()) return {&kFromCentre};
  if (&resource == &domain::port_resource()) return {&kIntent, &kMet, &kMadeFor, &kFromCentre};
  if (&resource == &domain::policy_resource()) return {&kIntent, &kMet};
  return {};
}

bool is_json(Kind kind) {
  return kind == Kind::text_list || kind == Kind::object || kind == Kind::object_list;
}

Columns columns_of(const domain::Resource& resource, bool derived_too) {
  Columns columns;
  for (const Attribute& attribute : resource.attributes) {
    const bool derived = (attribute.can & domain::kDerived) != 0;
    if (!derived || (derived_too && !attribute.sql.empty())) columns.push_back(&attribute);
  }
  const Columns own = own_columns(resource);
  columns.insert(columns.end(), own.begin(), own.end());
  return columns;
}

}  // namespace

Value to_column(const Attribute& attribute, const json::value& value) {
  if (value.is_null()) return std::monostate{};
  if (is_json(attribute.kind)) return json::serialize(value);
  if (value.is_bool()) return std::int64_t{value.get_bool() ? 1 : 0};
  if (value.is_int64()) return value.get_int64();
  if (value.is_string()) return std::string(value.get_string());
  throw std::logic_error("no column value: " + std::string(attribute.name));
}

json::value from_column(const Attribute& attribute, const storage::Row& row) {
  const Value& value = row.value(attribute.name);
  if (std::holds_alternative<std::monostate>(value)) return nullptr;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (attribute.kind == Kind::boolean) return *number != 0;
    return *number;
  }
  const std::string& text = std::get<std::string>(value);
  if (is_json(attribute.kind)) return json::parse(text);
  return json::value(text);
}

Columns readable_columns(const domain::Resource& resource) {
  return columns_of(resource, true);
}

Columns writable_columns(const domain::Resource& resource) {
  return columns_of(resource, false);
}

std::vector<domain::Record> select_records(storage::Connection& db, std::string_view table, const Columns& columns,
                                           std::string_view rest, std::span<const Value> parameters) {
  std::string sql;
  for (const Attribute* column : columns) {
    sql += sql.empty() ? "SELECT " : ",";
    if (!column->sql.empty()) sql += std::string(column->sql) + " AS ";
    sql += storage::quoted(column->name);
  }
  sql += " FROM " + storage::quoted(table) + " " + std::string(rest);
  const storage::Result result = db.execute(sql, parameters);
  std::vector<domain::Record> records;
  records.reserve(result.rows().size());
  for (const storage::Row& row : result.rows()) {
    domain::Record& record = records.emplace_back();
    record.reserve(columns.size() + kMostDerived);
    for (const Attribute* column : columns) record[column->name] = from_column(*column, row);
  }
  return records;
}

std::string text_in(const domain::Record& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flag_in(const domain::Record& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::int64_t number_in(const domain::Record& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace tricircle::api
