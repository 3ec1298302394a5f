// What a transaction changes, row by row and in its order, as SQLite tells before it writes: to be compared with what
// others change, and made again in another store of the same tables. Not SQLite's own sessions: they prepare their
// statements anew for each changeset, and the pragma that they set makes the store prepare all of its own again, which
// was a third of what a story cost.
#pragma once
#include "storage/sqlite_connection.hpp"

#include <set>
#include <string>
#include <vector>

namespace tricircle::sim {

struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::size_t> key;
};

struct Change {
  const Table* table;                  // known for as long as the program runs
  std::vector<storage::Value> before;  // empty: it was not there
  std::vector<storage::Value> after;   // empty: it is gone
};
using Changes = std::vector<Change>;

// Listens to one connection from its making to its end.
class Recorder {
 public:
  explicit Recorder(storage::SqliteConnection&);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void start();
  Changes stop();  // what was changed since

 private:
  void hear(int operation, const char* table);

  storage::SqliteConnection& db_;
  bool recording_ = false;
  Changes changes_;
};

std::set<std::string> rows_of(const Changes&);
bool sets(const Change&, const std::string& column);  // it is there with another value than before

// "lanes|7: worker='', due_at=NULL": what is new, for people.
std::string told(const Change&);

// What would make each row that a table has.
Changes rows_of_table(storage::SqliteConnection&, const std::string& table);

// False: the store refuses one of them; those before it are made.
bool make(storage::SqliteConnection&, const Changes&);
// In a transaction of its own. False: none is made.
bool make_again(storage::SqliteConnection&, const Changes&);

}  // namespace tricircle::sim
