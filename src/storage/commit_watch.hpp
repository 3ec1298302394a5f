// Tells whether anything was committed to an SQLite file in WAL mode, by whatever process, without a statement: a
// commit changes the header of the WAL's index, which all processes share in memory (sqlite.org/walformat.html, 2.1),
// and SQLite's own readers compare just these bytes to learn the same. Owned by an SqliteFile; any thread; waits for
// nobody but others who ask.
#pragma once
#include "storage/sqlite_connection.hpp"

#include <array>
#include <mutex>
#include <optional>

namespace tricircle::storage {

class CommitWatch {
 public:
  // The file is in WAL mode already. Throws DbError.
  explicit CommitWatch(const std::string& file);

  // Another number after each commit; none where SQLite's way to files shares no memory.
  std::optional<std::int64_t> stamp();

 private:
  using Header = std::array<std::uint64_t, 6>;

  SqliteConnection connection_;  // keeps the index where it is
  const volatile std::uint64_t* header_ = nullptr;
  std::mutex mutex_;  // of what follows
  Header seen_{};
  std::int64_t stamp_ = 0;
};

}  // namespace tricircle::storage
