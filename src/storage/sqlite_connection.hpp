// SQLite's C API as a Connection. Used by one thread at a time; owned by a SqliteDatabase.
#pragma once
#include "storage/connection.hpp"

#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace tricircle::storage {

// What a connection is for.
struct SqliteUse {
  int cache_kib;          // pages kept in memory
  int busy_milliseconds;  // waited for those who do not take turns by the file locks: a shell, a backup
};
inline constexpr SqliteUse kToWrite{65'536, 10'000};
inline constexpr SqliteUse kToRead{12'288, 10'000};
inline constexpr SqliteUse kToWatch{64, 0};

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(const std::string& file, SqliteUse = kToWrite);  // ":memory:": private. Throws DbError
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  using Connection::execute;
  Dialect dialect() const override { return Dialect::sqlite; }
  bool in_transaction() const override;
  Result execute(std::string_view sql, std::span<const Value> parameters) override;

  sqlite3* handle() const { return handle_; }  // for what only SQLite can do

  // The journal's mode is the file's own and stays. To be entered by one connection at a time: of two at once SQLite
  // refuses one rather than let it wait.
  bool in_wal_mode();
  void enter_wal_mode();

 private:
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  struct Statement {
    sqlite3_stmt* handle;
    std::shared_ptr<const Columns> columns;
  };
  // By text, without making a string of it.
  struct TextHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  Statement& prepared(std::string_view sql);
  [[noreturn]] void fail(int code, std::string_view sql) const;

  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
};

}  // namespace tricircle::storage
