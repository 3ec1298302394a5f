#include "tables.hpp"

#include "storage/database.hpp"

#include <ranges>
#include <stdexcept>

namespace tricircle::sim {
namespace {

using storage::SqliteConnection;

class Plain final : public storage::Database {
 public:
  explicit Plain(SqliteConnection& db) : db_(db) {}
  void read(const Work& work) override { work(db_); }
  void write(const Work& work) override { work(db_); }

 private:
  SqliteConnection& db_;
};

SqliteConnection& upgraded(SqliteConnection& db) {
  Plain plain(db);
  storage::upgrade(plain);
  return db;
}

}  // namespace

Tables::Tables() : recorder(upgraded(db)) {
  names_.emplace_back("sqlite_sequence");  // numbers that were given are not given again, also when their rows are gone
  const auto found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid");
  for (const storage::Row& table : found.rows()) {
    if (table.text("name") != names_.front()) names_.push_back(table.text("name"));
  }
  db.execute("DELETE FROM sqlite_sequence");
  made_ = rows();
}

void Tables::as_made() {
  put_back(made_);
}

Changes Tables::rows() {
  Changes rows;
  for (const std::string& name : names_) {
    const Changes of_table = rows_of_table(db, name);
    rows.insert(rows.end(), of_table.begin(), of_table.end());
  }
  return rows;
}

void Tables::put_back(const Changes& rows) {
  db.execute("BEGIN");
  for (const std::string& name : names_ | std::views::reverse) db.execute("DELETE FROM " + name);
  if (!make(db, rows)) throw std::logic_error("rows cannot be put back");
  db.execute("COMMIT");
}

}  // namespace tricircle::sim
