#include "base/clock.hpp"
#include "storage/database.hpp"
#include "storage/migrations.hpp"
#include "storage/sql.hpp"

#include <algorithm>

namespace tricircle::storage {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// {{SQLITE words}} and {{MARIADB words}}: kept for the one, nothing for the other.
void keep_words_of(const std::string& name, bool wanted, std::string& text) {
  const std::string mark = "{{" + name + " ";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    const std::size_t end = text.find("}}", at);
    const std::size_t begin = at + mark.size();
    text.replace(at, end + 2 - at, wanted ? text.substr(begin, end - begin) : "");
  }
}

// The words in which databases differ.
std::string spelled_for(Dialect dialect, std::string text) {
  const bool sqlite = dialect == Dialect::sqlite;
  replace_all(text, "{{COUNTER_KEY}}",
              sqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT");
  replace_all(text, "{{TABLE_OPTIONS}}",
              sqlite ? "" : "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin");
  keep_words_of("SQLITE", sqlite, text);
  keep_words_of("MARIADB", !sqlite, text);
  return text;
}

constexpr int kFirstWithWorksFrom = 18;  // has the column

Dialect dialect_of(Database& database) {
  Dialect dialect = Dialect::sqlite;
  database.read([&](Connection& db) { dialect = db.dialect(); });
  return dialect;
}

std::string without_comments(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    if (!line.starts_with("--")) kept += line;
    text.remove_prefix(end + 1);
  }
  return kept;
}

}  // namespace

std::vector<std::string> statements_of(const Migration& migration, Dialect dialect) {
  std::vector<std::string> statements;
  std::string text = without_comments(spelled_for(dialect, std::string(migration.text)));
  for (std::size_t end = text.find(";\n"); end != std::string::npos; end = text.find(";\n")) {
    statements.push_back(text.substr(text.find_first_not_of('\n'), end - text.find_first_not_of('\n')));
    text.erase(0, end + 2);
  }
  return statements;
}

std::string versions_table(Dialect dialect) {
  return spelled_for(
      dialect,
      "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, name VARCHAR(255) "
      "NOT NULL, applied_at BIGINT NOT NULL) {{TABLE_OPTIONS}}");
}

int stored_version(Connection& db) {
  return static_cast<int>(db.execute("SELECT max(version) AS version FROM schema_version").front().integer("version"));
}

void note_version(Connection& db, const Migration& migration) {
  ColumnValues row{{"version", std::int64_t{migration.version}},
                   {"name", std::string(migration.name)},
                   {"applied_at", base::SystemClock().now()}};
  if (migration.version >= kFirstWithWorksFrom) row.emplace_back("works_from", std::int64_t{migration.works_from});
  insert(db, "schema_version", row);
}

// A newer program may share the store with this one, so that a cloud is upgraded process by process: its migrations say
// which programs still may.
void refuse_unfit(Connection& db) {
  const int known = known_schema_version();
  const int version = stored_version(db);
  if (version <= known) return;
  const std::int64_t from =
      db.execute("SELECT max(works_from) AS version FROM schema_version").front().integer("version");
  if (from <= known) return;
  throw DbError("the store has schema " + std::to_string(version) + ", for programs that know schema " +
                std::to_string(from) + " at least; this one knows " + std::to_string(known) + ": run a newer program");
}

void apply(Connection& db, const Migration& migration) {
  db.execute(versions_table(db.dialect()));
  refuse_unfit(db);
  if (stored_version(db) >= migration.version) return;
  const std::vector<std::string> statements = statements_of(migration, db.dialect());
  for (const std::string& statement : statements) db.execute(statement);
  note_version(db, migration);
}

void upgrade(Database& database) {
  if (dialect_of(database) == Dialect::mariadb) return upgrade_in_steps(database);
  for (const Migration& migration : migrations()) database.write([&](Connection& db) { apply(db, migration); });
}

int schema_version(Database& database) {
  int version = 0;
  const Dialect dialect = dialect_of(database);
  database.write([&](Connection& db) {
    // MariaDB is asked only: on Galera a CREATE ends transactions, even one that finds its table there.
    if (dialect == Dialect::sqlite) db.execute(versions_table(dialect));
    if (dialect == Dialect::sqlite || has_table(db, "schema_version")) version = stored_version(db);
  });
  return version;
}

int known_schema_version() {
  return migrations().back().version;
}

}  // namespace tricircle::storage
