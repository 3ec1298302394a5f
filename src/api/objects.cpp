#include "api/objects.hpp"

#include "api/columns.hpp"
#include "storage/sql.hpp"

namespace tricircle::api {
namespace {

using domain::Record;
using storage::Value;

bool set_by_us(std::string_view column) {
  return column == "created_at" || column == "updated_at" || column == "revision_number";
}

}  // namespace

std::optional<Record> find_object(storage::Connection& db, const domain::Resource& resource, const std::string& id) {
  const std::vector<Value> parameters{id};
  std::vector<Record> records =
      select_records(db, resource.table, readable_columns(resource), "WHERE id = ?", parameters);
  if (records.empty()) return std::nullopt;
  return std::move(records.front());
}

Record merged(Record record, const Record& changes) {
  for (const auto& entry : changes) record[entry.key()] = entry.value();
  return record;
}

void insert_object(storage::Connection& db, const domain::Resource& resource, Record& record, base::Micros now) {
  record["created_at"] = now;
  record["updated_at"] = now;
  if (!record.contains("revision_number")) record["revision_number"] = 0;
  storage::ColumnValues values;
  for (const domain::Attribute* column : writable_columns(resource)) {
    if (const boost::json::value* value = record.if_contains(column->name))
      values.emplace_back(column->name, to_column(*column, *value));
  }
  storage::insert(db, resource.table, values);
}

void update_object(storage::Connection& db, const domain::Resource& resource, const std::string& id,
                   const Record& changes, base::Micros now) {
  std::string sql =
      "UPDATE " + storage::quoted(resource.table) + " SET updated_at = ?, revision_number = revision_number + 1";
  std::vector<Value> parameters{now};
  for (const domain::Attribute* column : writable_columns(resource)) {
    const boost::json::value* value = changes.if_contains(column->name);
    if (value == nullptr || set_by_us(column->name) || column->name == "id") continue;
    sql += ", " + storage::quoted(column->name) + " = ?";
    parameters.push_back(to_column(*column, *value));
  }
  parameters.emplace_back(id);
  db.execute(sql + " WHERE id = ?", parameters);
}

void delete_object(storage::Connection& db, const domain::Resource& resource, const std::string& id) {
  db.execute("DELETE FROM tags WHERE resource_type = ? AND resource_id = ?", {std::string(resource.name), id});
  db.execute("DELETE FROM " + storage::quoted(resource.table) + " WHERE id = ?", {id});
}

}  // namespace tricircle::api
