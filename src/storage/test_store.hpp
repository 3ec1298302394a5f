// For tests of this room and of those above it: a folder that goes with its test, and every kind of store there is.
#pragma once
#include "storage/database.hpp"
#include "storage/test_mariadb.hpp"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace tricircle::storage {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tricircle-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file() const { return path_ / "store.db"; }

 private:
  std::filesystem::path path_;
};

// A kind of store. `open` gives an empty one at first; the folder is the test's own.
struct StoreKind {
  const char* name;
  std::function<std::unique_ptr<Database>(const TestFolder&)> open;
};

// Whatever stands here is held to the whole conformance suite; a driver for another database joins by its line.
inline std::vector<StoreKind> every_kind_of_store() {
  std::vector<StoreKind> kinds{
      {"SqliteFile", [](const TestFolder& folder) { return open_sqlite(folder.file()); }},
      {"SqliteInMemory", [](const TestFolder&) { return open_sqlite_in_memory(); }},
  };
  if (!test_mariadb_url().empty()) {
    kinds.push_back(
        {"Mariadb", [](const TestFolder&) { return std::make_unique<TestMariadb>(TestMariadb::Tables::none); }});
  }
  return kinds;
}

// Runs each read twice, as a store does whose connection was lost in the middle: whoever adds to what the first run has
// left is found out by whatever test reads that.
class ReadsTwice final : public Database {
 public:
  explicit ReadsTwice(std::unique_ptr<Database> store) : store_(std::move(store)) {}
  void read(const Work& work) override {
    store_->read([&](Connection& db) {
      work(db);
      work(db);
    });
  }
  void write(const Work& work) override { store_->write(work); }
  void write_later(Work work, Done done) override { store_->write_later(std::move(work), std::move(done)); }

 private:
  std::unique_ptr<Database> store_;
};

// For tests of the rooms above: in memory, or what TRICIRCLE_TEST_MARIADB names. upgrade() finds the tables there.
inline std::unique_ptr<Database> open_test_store() {
  if (test_mariadb_url().empty()) return std::make_unique<ReadsTwice>(open_sqlite_in_memory());
  return std::make_unique<ReadsTwice>(std::make_unique<TestMariadb>(TestMariadb::Tables::emptied));
}

inline std::int64_t number_of(Database& store, const std::string& query) {
  std::int64_t number = 0;
  store.read([&](Connection& db) { number = db.execute(query).front().integer("n"); });
  return number;
}

}  // namespace tricircle::storage
