// SQLite in memory with the product's tables, for one story after another: statements stay prepared, which is most of
// what a new store costs. Nothing here may change the schema once it is made.
#pragma once
#include "changes.hpp"
#include "storage/sqlite_connection.hpp"

#include <string>
#include <vector>

namespace tricircle::sim {

class Tables {
 public:
  Tables();

  void as_made();  // as the migrations leave them

  // All rows, each as the making of it, and those of the tables' own numbers.
  Changes rows();
  // Instead of all that is there. SQLite's own backup would do it at once, and have every statement prepared again.
  void put_back(const Changes& rows);

  storage::SqliteConnection db{":memory:"};
  Recorder recorder;

 private:
  std::vector<std::string> names_;  // what may hang on another comes after it
  Changes made_;
};

}  // namespace tricircle::sim
