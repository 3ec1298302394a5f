#include "storage/sql.hpp"

namespace tricircle::storage {
namespace {

std::string insert_text(std::string_view table, const ColumnValues& columns) {
  std::string names;
  for (const auto& [name, value] : columns) names += (names.empty() ? "" : ",") + quoted(name);
  return "INSERT INTO " + quoted(table) + " (" + names + ") VALUES (" + placeholders(columns.size()) + ")";
}

std::vector<Value> values_of(const ColumnValues& columns) {
  std::vector<Value> values;
  for (const auto& [name, value] : columns) values.push_back(value);
  return values;
}

}  // namespace

std::string placeholders(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ",?";
  return text;
}

std::string quoted(std::string_view name) {
  if (name.find('"') != std::string_view::npos) throw std::logic_error("a name in SQL may not hold a quote");
  return '"' + std::string(name) + '"';
}

void insert(Connection& connection, std::string_view table, const ColumnValues& columns) {
  const std::vector<Value> values = values_of(columns);
  connection.execute(insert_text(table, columns), values);
}

bool insert_if_absent(Connection& connection, std::string_view table, const ColumnValues& columns) {
  const std::vector<Value> values = values_of(columns);
  if (connection.dialect() == Dialect::sqlite)
    return connection.execute(insert_text(table, columns) + " ON CONFLICT DO NOTHING", values).affected() == 1;
  // INSERT IGNORE would also swallow NULLs and cut texts: the duplicate key is caught instead.
  try {
    return connection.execute(insert_text(table, columns), values).affected() == 1;
  } catch (const UniqueViolation&) {
    return false;
  }
}

bool has_table(Connection& connection, const std::string& table) {
  const Result found = connection.execute(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
      {table});
  return !found.empty();
}

}  // namespace tricircle::storage
