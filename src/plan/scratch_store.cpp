#include "plan/scratch_store.hpp"

#include "storage/sql.hpp"

namespace tricircle::plan {

ScratchStore::ScratchStore() : db_(":memory:") {
  storage::upgrade(*this);
  db_.execute("PRAGMA foreign_keys = OFF");
}

void ScratchStore::take(const std::vector<Table>& tables) {
  in_transaction([&](storage::Connection& db) {
    for (const Table& table : tables) {
      for (const std::vector<storage::Value>& row : table.rows) {
        storage::ColumnValues values;
        for (std::size_t i = 0; i < row.size(); ++i) values.emplace_back(table.columns[i], row[i]);
        storage::insert(db, table.name, values);
      }
    }
  });
}

void ScratchStore::in_transaction(const Work& work) {
  db_.execute("BEGIN");
  try {
    work(db_);
  } catch (...) {
    if (db_.in_transaction()) db_.execute("ROLLBACK");
    throw;
  }
  db_.execute("COMMIT");
}

}  // namespace tricircle::plan
