#include "storage/sqlite_connection.hpp"

#include <sqlite3.h>

namespace tricircle::storage {
namespace {

// Texts differ only by the number of placeholders and columns asked for; a flood of them must not eat the memory.
constexpr std::size_t kMostStatements = 500;

void bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, at, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement, at);
  }
}

Value column(sqlite3_stmt* statement, int at) {
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, at)};
    case SQLITE_NULL:
      return std::monostate{};
    case SQLITE_FLOAT:
      throw DbError("a column holds a fraction; only whole numbers are stored");
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, at));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, at));
      return bytes == nullptr ? std::string() : std::string(bytes, size);
    }
  }
}

// Before the first connection: the counting of allocated bytes, which nobody asks for, costs a lock at each allocation.
void configure_library() {
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
}

sqlite3* opened(const std::string& file) {
  configure_library();
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  if (code == SQLITE_OK) return handle;
  const std::string words = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  sqlite3_close_v2(handle);
  throw DbError("cannot open " + file + ": " + words);
}

std::shared_ptr<const Columns> columns_of(sqlite3_stmt* statement) {
  auto columns = std::make_shared<Columns>();
  const int width = sqlite3_column_count(statement);
  for (int i = 0; i < width; ++i) columns->emplace_back(sqlite3_column_name(statement, i));
  return columns;
}

// Leaves the statement ready for its next use, whatever happens.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

// Delegates, so that the destructor closes the handle when a pragma throws.
SqliteConnection::SqliteConnection(const std::string& file, SqliteUse use) : SqliteConnection(opened(file)) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kToWrite.busy_milliseconds);  // somebody else may be opening a new file too
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA foreign_keys = ON");
  // What a statement may have to undo is kept in memory, not in a file that grows and shrinks with each.
  execute("PRAGMA temp_store = MEMORY");
  execute("PRAGMA cache_size = -" + std::to_string(use.cache_kib));
  execute("PRAGMA secure_delete = OFF");  // Debian's default overwrites what is deleted; nothing here is that secret
  execute("PRAGMA wal_autocheckpoint = 8000");  // pages: a page that is written again and again is brought home once
  sqlite3_busy_timeout(handle_, use.busy_milliseconds);
}

SqliteConnection::~SqliteConnection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement.handle);
  sqlite3_close_v2(handle_);
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

bool SqliteConnection::in_wal_mode() {
  return execute("PRAGMA journal_mode").front().text("journal_mode") == "wal";
}

void SqliteConnection::enter_wal_mode() {
  execute("PRAGMA journal_mode = WAL");
}

Result SqliteConnection::execute(std::string_view sql, std::span<const Value> parameters) {
  const Statement& cached = prepared(sql);
  sqlite3_stmt* statement = cached.handle;
  const Reset reset{statement};
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size()))
    throw std::logic_error("wrong number of parameters for: " + std::string(sql));
  int at = 0;
  for (const Value& value : parameters) bind(statement, ++at, value);

  const int width = static_cast<int>(cached.columns->size());
  std::vector<std::vector<Value>> rows;
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    std::vector<Value>& row = rows.emplace_back();
    row.reserve(static_cast<std::size_t>(width));
    for (int i = 0; i < width; ++i) row.push_back(column(statement, i));
  }
  if (code != SQLITE_DONE) fail(code, sql);
  const std::int64_t affected = sqlite3_stmt_readonly(statement) != 0 ? 0 : sqlite3_changes64(handle_);
  return {cached.columns, std::move(rows), affected};
}

SqliteConnection::Statement& SqliteConnection::prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  if (statements_.size() >= kMostStatements) {
    for (const auto& [old, statement] : statements_) sqlite3_finalize(statement.handle);
    statements_.clear();
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) fail(code, sql);
  if (statement == nullptr) throw std::logic_error("an empty statement");
  return statements_.emplace(sql, Statement{statement, columns_of(statement)}).first->second;
}

void SqliteConnection::fail(int code, std::string_view sql) const {
  const std::string words = std::string(sqlite3_errmsg(handle_)) + " in: " + std::string(sql.substr(0, 200));
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      throw UniqueViolation(words);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      throw ForeignKeyViolation(words);
    default:
      break;
  }
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) throw Busy(words);
  throw DbError(words);
}

}  // namespace tricircle::storage
