// One database connection and the results it gives: the whole interface that a driver implements. A Connection is used
// by one thread at a time and only inside the function that Database handed it to. Parameters are `?`, never text.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tricircle::storage {

using Value = std::variant<std::monostate, std::int64_t, std::string>;  // NULL, number or boolean, text

using Columns = std::vector<std::string>;

class Row {
 public:
  Row(const Columns* columns, std::vector<Value> values) : columns_(columns), values_(std::move(values)) {}

  // By column name; std::out_of_range for a column that the statement does not give.
  const Value& value(std::string_view column) const;
  bool is_null(std::string_view column) const;
  std::int64_t integer(std::string_view column) const;  // NULL reads as 0
  bool boolean(std::string_view column) const { return integer(column) != 0; }
  std::string text(std::string_view column) const;  // NULL reads as ""
  std::optional<std::string> optional_text(std::string_view column) const;
  std::optional<std::int64_t> optional_integer(std::string_view column) const;

 private:
  const Columns* columns_;  // owned by the Result
  std::vector<Value> values_;
};

// Owns its rows; the columns' names are shared with the statement that gave them.
class Result {
 public:
  Result() = default;
  Result(std::shared_ptr<const Columns> columns, std::vector<std::vector<Value>> values, std::int64_t affected);
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  Result(Result&&) = default;
  Result& operator=(Result&&) = default;

  const std::vector<Row>& rows() const { return rows_; }
  bool empty() const { return rows_.empty(); }
  const Row& front() const { return rows_.at(0); }
  std::int64_t affected() const { return affected_; }  // rows that an INSERT, UPDATE or DELETE matched
  const Columns& columns() const { return *columns_; }

 private:
  std::shared_ptr<const Columns> columns_;
  std::vector<Row> rows_;
  std::int64_t affected_ = 0;
};

// What a store can do about a database's refusal.
struct DbError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct UniqueViolation : DbError {  // the statement is undone, the transaction stands
  using DbError::DbError;
};
struct ForeignKeyViolation : DbError {  // likewise
  using DbError::DbError;
};
struct Busy : DbError {  // the whole transaction is gone: run it again from its beginning
  using DbError::DbError;
};
struct ConnectionLost : DbError {
  using DbError::DbError;
};

enum class Dialect { sqlite, mariadb };

class Connection {
 public:
  virtual ~Connection() = default;
  virtual Dialect dialect() const = 0;
  virtual bool in_transaction() const = 0;  // false also when an error has taken it: a full disk
  // Prepares (cached by text), binds, runs to the end. Throws the errors above.
  virtual Result execute(std::string_view sql, std::span<const Value> parameters) = 0;

  Result execute(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    return execute(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
};

}  // namespace tricircle::storage
