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

// Statements end with a semicolon at the end of a line.
void run_statements(Connection& db, std::string_view migration) {
  std::string text = without_comments(spelled_for(db.dialect(), std::string(migration)));
  for (std::size_t end = text.find(";\n"); end != std::string::npos; end = text.find(";\n")) {
    db.execute(std::string_view(text).substr(0, end));
    text.erase(0, end + 2);
  }
}

int stored_version(Connection& db) {
  db.execute(
      "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, "
      "applied_at BIGINT NOT NULL)");
  return static_cast<int>(db.execute("SELECT max(version) AS version FROM schema_version").front().integer("version"));
}

void refuse_newer(int version) {
  if (version <= known_schema_version()) return;
  throw DbError("the store has schema " + std::to_string(version) + ", newer than this program's " +
                std::to_string(known_schema_version()) + ": run the newer program");
}

}  // namespace

void apply(Connection& db, const Migration& migration) {
  const int version = stored_version(db);
  refuse_newer(version);
  if (version >= migration.version) return;
  run_statements(db, migration.text);
  insert(db, "schema_version",
         {{"version", std::int64_t{migration.version}},
          {"name", std::string(migration.name)},
          {"applied_at", base::SystemClock().now()}});
}

void upgrade(Database& database) {
  for (const Migration& migration : migrations()) database.write([&](Connection& db) { apply(db, migration); });
}

int schema_version(Database& database) {
  int version = 0;
  database.write([&](Connection& db) { version = stored_version(db); });
  return version;
}

int known_schema_version() {
  return migrations().back().version;
}

}  // namespace tricircle::storage
