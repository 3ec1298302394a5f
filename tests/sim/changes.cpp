#include "changes.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>
#include <unordered_map>

#include <sqlite3.h>

namespace tricircle::sim {
namespace {

using storage::SqliteConnection;
using storage::Value;
using Values = std::vector<Value>;

void check(int code) {
  if (code != SQLITE_OK) throw std::logic_error(std::string("a row is not told: ") + sqlite3_errstr(code));
}

using Tables = std::unordered_map<std::string, Table>;

Tables tables_of(SqliteConnection& db) {
  Tables tables;
  const auto columns = db.execute(
      "SELECT m.name AS name, c.name AS column_name, c.pk AS pk FROM sqlite_master m, pragma_table_info(m.name) c "
      "WHERE "
      "m.type = 'table' ORDER BY m.name, c.cid");
  for (const storage::Row& column : columns.rows()) {
    Table& table = tables[column.text("name")];
    table.name = column.text("name");
    if (column.integer("pk") != 0) table.key.push_back(table.columns.size());
    table.columns.push_back('"' + column.text("column_name") + '"');
  }
  return tables;
}

// All stores have the same.
const Table& table_named(const std::string& name, SqliteConnection& db) {
  static const Tables tables = tables_of(db);
  return tables.at(name);
}

Value value_of(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_value_int64(value)};
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
      return bytes == nullptr ? std::string()
                              : std::string(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
    }
  }
}

Values told(sqlite3* db, int (*side)(sqlite3*, int, sqlite3_value**)) {
  Values values;
  const int width = sqlite3_preupdate_count(db);
  values.reserve(static_cast<std::size_t>(width));
  for (int column = 0; column < width; ++column) {
    sqlite3_value* value = nullptr;
    check(side(db, column, &value));
    values.push_back(value_of(value));
  }
  return values;
}

std::string row_of(const Table& table, const Values& values) {
  std::string row = table.name;
  for (const std::size_t column : table.key) {
    row += '|';
    const Value& value = values[column];
    if (const auto* number = std::get_if<std::int64_t>(&value)) row += std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) row += *text;
  }
  return row;
}

std::string where_key(const Table& table) {
  std::string text;
  for (const std::size_t column : table.key)
    text += (text.empty() ? " WHERE " : " AND ") + table.columns[column] + " = ?";
  return text;
}

void add_key(const Change& change, Values& parameters) {
  for (const std::size_t column : change.table->key) parameters.push_back(change.before[column]);
}

void insert(SqliteConnection& db, const Change& change) {
  std::string places;
  for (std::size_t i = 0; i < change.after.size(); ++i) places += i == 0 ? "?" : ",?";
  db.execute("INSERT INTO " + change.table->name + " VALUES (" + places + ")", change.after);
}

// A row that is gone already went with the one that it hung on.
void remove(SqliteConnection& db, const Change& change) {
  Values key;
  add_key(change, key);
  db.execute("DELETE FROM " + change.table->name + where_key(*change.table), key);
}

bool update(SqliteConnection& db, const Change& change) {
  const Table& table = *change.table;
  std::string set;
  Values parameters;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (change.before[i] == change.after[i]) continue;
    set += (set.empty() ? "" : ", ") + table.columns[i] + " = ?";
    parameters.push_back(change.after[i]);
  }
  add_key(change, parameters);
  return db.execute("UPDATE " + table.name + " SET " + set + where_key(table), parameters).affected() == 1;
}

bool make_one(SqliteConnection& db, const Change& change) {
  if (!change.before.empty() && !change.after.empty()) return update(db, change);
  change.before.empty() ? insert(db, change) : remove(db, change);
  return true;
}

}  // namespace

Recorder::Recorder(SqliteConnection& db) : db_(db) {
  table_named("jobs", db);  // a listener may not ask
  // For ever: a DELETE of all rows that was prepared while nobody listens tells of none.
  sqlite3_preupdate_hook(
      db.handle(),
      [](void* self, sqlite3*, int operation, const char*, const char* table, sqlite3_int64, sqlite3_int64) {
        static_cast<Recorder*>(self)->hear(operation, table);
      },
      this);
}

void Recorder::start() {
  changes_.clear();
  recording_ = true;
}

Changes Recorder::stop() {
  recording_ = false;
  return std::move(changes_);
}

void Recorder::hear(int operation, const char* table) {
  if (!recording_ || std::strncmp(table, "sqlite_", 7) == 0) return;
  Change change{&table_named(table, db_), {}, {}};
  if (operation != SQLITE_INSERT) change.before = told(db_.handle(), sqlite3_preupdate_old);
  if (operation != SQLITE_DELETE) change.after = told(db_.handle(), sqlite3_preupdate_new);
  if (change.before != change.after) changes_.push_back(std::move(change));
}

std::set<std::string> rows_of(const Changes& changes) {
  std::set<std::string> rows;
  for (const Change& change : changes) {
    if (!change.before.empty()) rows.insert(row_of(*change.table, change.before));
    if (!change.after.empty()) rows.insert(row_of(*change.table, change.after));
  }
  return rows;
}

bool sets(const Change& change, const std::string& column) {
  const auto& columns = change.table->columns;
  const auto at = static_cast<std::size_t>(std::ranges::find(columns, '"' + column + '"') - columns.begin());
  return !change.after.empty() && (change.before.empty() || change.before.at(at) != change.after.at(at));
}

std::string told(const Change& change) {
  const Table& table = *change.table;
  if (change.after.empty()) return row_of(table, change.before) + ": deleted";
  std::string text = row_of(table, change.after) + (change.before.empty() ? ": new," : ":");
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Value& value = change.after[i];
    if (!change.before.empty() && change.before[i] == value) continue;
    text += ' ' + table.columns[i] + '=';
    if (const auto* number = std::get_if<std::int64_t>(&value)) text += std::to_string(*number);
    if (const auto* words = std::get_if<std::string>(&value)) text += '\'' + *words + '\'';
  }
  return text;
}

Changes rows_of_table(SqliteConnection& db, const std::string& table) {
  const Table& known = table_named(table, db);
  Changes changes;
  const auto found = db.execute("SELECT * FROM " + table);
  for (const storage::Row& row : found.rows()) {
    Change& change = changes.emplace_back(Change{&known, {}, {}});
    for (const std::string& column : found.columns()) change.after.push_back(row.value(column));
  }
  return changes;
}

bool make(SqliteConnection& db, const Changes& changes) {
  try {
    return std::ranges::all_of(changes, [&](const Change& change) { return make_one(db, change); });
  } catch (const storage::UniqueViolation&) {
    return false;
  } catch (const storage::ForeignKeyViolation&) {
    return false;
  }
}

bool make_again(SqliteConnection& db, const Changes& changes) {
  db.execute("BEGIN");
  const bool made = make(db, changes);
  db.execute(made ? "COMMIT" : "ROLLBACK");
  return made;
}

}  // namespace tricircle::sim
