// A store of its own in memory, for one thread: what is rehearsed is written here and nowhere else. It has the tables
// that the binary knows, and none of the rows. Throws what SQLite's connection throws.
#pragma once
#include "plan/subjects.hpp"
#include "storage/database.hpp"
#include "storage/sqlite_connection.hpp"

namespace tricircle::plan {

class ScratchStore final : public storage::Database {
 public:
  ScratchStore();

  // As they are, whatever they refer to: a part of a store refers to what was left out.
  void take(const std::vector<Table>&);

  storage::Connection& connection() { return db_; }
  void read(const Work& work) override { in_transaction(work); }
  void write(const Work& work) override { in_transaction(work); }

 private:
  void in_transaction(const Work&);

  storage::SqliteConnection db_;
};

}  // namespace tricircle::plan
