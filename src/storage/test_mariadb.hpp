// For tests: databases of their own on the MariaDB or Galera cluster that TRICIRCLE_TEST_MARIADB names, a URL as in
// [database] connection whose user may make databases "tricircle_test_...". Test threads only.
#pragma once
#include "storage/mariadb_database.hpp"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>
#include <vector>

namespace tricircle::storage {

// Empty: there is none, and tests are run on SQLite alone.
inline std::string test_mariadb_url() {
  const char* url = std::getenv("TRICIRCLE_TEST_MARIADB");
  return url == nullptr ? "" : url;
}

class TestMariadb final : public Database {
 public:
  enum class Tables { none, emptied };

  // `none`: a new database. `emptied`: one that a test of this process has used before, with its tables, if there is.
  explicit TestMariadb(Tables tables) : tables_(tables), name_(tables == Tables::none ? made() : taken()) { open(); }
  ~TestMariadb() override {
    store_.reset();
    if (tables_ == Tables::none) {
      statement("DROP DATABASE " + name_);
    } else {
      emptied().push_back(name_);
    }
  }

  void read(const Work& work) override { store_->read(work); }
  void write(const Work& work) override { store_->write(work); }
  void write_later(Work work, Done done) override { store_->write_later(std::move(work), std::move(done)); }

  // Where it is, for a second Database on the same rows.
  MariadbPlace place() const {
    MariadbPlace place = parse_mariadb_url(test_mariadb_url());
    place.database = name_;
    return place;
  }

 private:
  // Those that wait to be used again, until the process ends.
  struct Names : std::vector<std::string> {
    ~Names() {
      for (const std::string& name : *this) statement("DROP DATABASE " + name);
    }
  };
  static Names& emptied() {
    static Names names;
    return names;
  }

  static void statement(const std::string& sql) {
    MariadbConnection(parse_mariadb_url(test_mariadb_url()), 0, Isolation::read_committed).execute(sql);
  }

  static std::string made() {
    static std::atomic<int> number = 0;
    const std::string name = "tricircle_test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
    statement("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
    return name;
  }

  static std::string taken() {
    if (emptied().empty()) return made();
    const std::string name = emptied().back();
    emptied().pop_back();
    return name;
  }

  void open() {
    if (tables_ == Tables::emptied) empty_tables();
    store_ = std::make_unique<MariadbDatabase>(place());
  }

  // As the migrations leave them.
  void empty_tables() {
    MariadbConnection db(place(), 0, Isolation::read_committed);
    const Result tables = db.execute(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = "
        "'BASE TABLE' AND table_name NOT IN ('schema_version', 'schema_upgrade', 'write_marks')");
    if (tables.empty()) return;
    std::string filled;
    for (const Row& table : tables.rows()) {
      const std::string name = table.text("name");
      filled += (filled.empty() ? "" : " UNION ALL ") + ("(SELECT '" + name + "' AS name FROM " + name + " LIMIT 1)");
    }
    db.execute("SET SESSION foreign_key_checks = 0");
    const Result to_empty = db.execute(filled);
    for (const Row& table : to_empty.rows()) db.execute("DELETE FROM " + table.text("name"));
    db.execute("INSERT INTO chores (name, due_at) VALUES ('job_retention', 0)");
  }

  const Tables tables_;
  const std::string name_;
  std::unique_ptr<Database> store_;
};

}  // namespace tricircle::storage
