#include "storage/mariadb_statement.hpp"

#include <algorithm>

namespace tricircle::storage {
namespace {

bool is_numeric(enum_field_types type) {
  switch (type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
    case MYSQL_TYPE_DECIMAL:  // sum() of whole numbers
    case MYSQL_TYPE_NEWDECIMAL:
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
      return true;
    default:
      return false;
  }
}

struct FreeMetadata {
  void operator()(MYSQL_RES* metadata) const { mysql_free_result(metadata); }
};
using Metadata = std::unique_ptr<MYSQL_RES, FreeMetadata>;

// Where one column of the row under way is put.
struct Cell {
  std::int64_t number = 0;
  std::vector<char> text;
  unsigned long length = 0;
  my_bool is_null = 0;
  my_bool cut = 0;
};

// The result is given back to the library however its reading ends.
struct FreeResult {
  MYSQL_STMT* statement;
  ~FreeResult() { mysql_stmt_free_result(statement); }
};

}  // namespace

MariadbStatement::MariadbStatement(MYSQL* connection, std::string_view sql) : handle_(mysql_stmt_init(connection)) {
  if (handle_ == nullptr) throw std::bad_alloc();
  const my_bool yes = 1;
  mysql_stmt_attr_set(handle_, STMT_ATTR_UPDATE_MAX_LENGTH, &yes);
  if (mysql_stmt_prepare(handle_, sql.data(), sql.size()) != 0) {
    const Refused refused{mysql_stmt_errno(handle_), mysql_stmt_error(handle_)};
    mysql_stmt_close(handle_);
    throw Refused(refused);
  }
  auto columns = std::make_shared<Columns>();
  if (const Metadata metadata{mysql_stmt_result_metadata(handle_)}) {
    const unsigned width = mysql_num_fields(metadata.get());
    const MYSQL_FIELD* fields = mysql_fetch_fields(metadata.get());
    for (unsigned i = 0; i < width; ++i) columns->emplace_back(fields[i].name, fields[i].name_length);
  }
  columns_ = std::move(columns);
}

MariadbStatement::~MariadbStatement() {
  mysql_stmt_close(handle_);
}

Result MariadbStatement::run(std::span<const Value> parameters) {
  bind(parameters);
  if (mysql_stmt_execute(handle_) != 0) refuse();
  if (mysql_stmt_field_count(handle_) == 0)
    return {columns_, {}, static_cast<std::int64_t>(mysql_stmt_affected_rows(handle_))};
  const FreeResult end{handle_};
  if (mysql_stmt_store_result(handle_) != 0) refuse();
  return {columns_, rows(), 0};
}

// The library copies what is bound when it executes, not before: the values outlive that, the binds need not.
void MariadbStatement::bind(std::span<const Value> parameters) {
  if (mysql_stmt_param_count(handle_) != parameters.size())
    throw std::logic_error("wrong number of parameters for a statement");
  if (parameters.empty()) return;
  std::vector<MYSQL_BIND> binds(parameters.size());
  for (std::size_t i = 0; i < binds.size(); ++i) {
    if (const auto* number = std::get_if<std::int64_t>(&parameters[i])) {
      binds[i].buffer_type = MYSQL_TYPE_LONGLONG;
      binds[i].buffer = const_cast<std::int64_t*>(number);
    } else if (const auto* text = std::get_if<std::string>(&parameters[i])) {
      binds[i].buffer_type = MYSQL_TYPE_STRING;
      binds[i].buffer = const_cast<char*>(text->data());
      binds[i].buffer_length = text->size();
    } else {
      binds[i].buffer_type = MYSQL_TYPE_NULL;
    }
  }
  if (mysql_stmt_bind_param(handle_, binds.data()) != 0) refuse();
}

std::vector<std::vector<Value>> MariadbStatement::rows() {
  const Metadata metadata{mysql_stmt_result_metadata(handle_)};
  if (!metadata) refuse();
  const MYSQL_FIELD* fields = mysql_fetch_fields(metadata.get());
  std::vector<Cell> cells(columns_->size());
  std::vector<MYSQL_BIND> binds(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    binds[i].is_null = &cells[i].is_null;
    binds[i].error = &cells[i].cut;
    binds[i].length = &cells[i].length;
    if (is_numeric(fields[i].type)) {
      binds[i].buffer_type = MYSQL_TYPE_LONGLONG;
      binds[i].buffer = &cells[i].number;
    } else {
      cells[i].text.resize(fields[i].max_length + 1);
      binds[i].buffer_type = MYSQL_TYPE_STRING;
      binds[i].buffer = cells[i].text.data();
      binds[i].buffer_length = cells[i].text.size();
    }
  }
  if (mysql_stmt_bind_result(handle_, binds.data()) != 0) refuse();
  std::vector<std::vector<Value>> rows;
  rows.reserve(mysql_stmt_num_rows(handle_));
  for (int code = mysql_stmt_fetch(handle_); code != MYSQL_NO_DATA; code = mysql_stmt_fetch(handle_)) {
    if (code == 1) refuse();
    std::vector<Value>& row = rows.emplace_back();
    row.reserve(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Cell& cell = cells[i];
      if (cell.is_null != 0) {
        row.emplace_back();
      } else if (binds[i].buffer_type == MYSQL_TYPE_LONGLONG) {
        if (cell.cut != 0) throw DbError("a column holds a fraction; only whole numbers are stored");
        row.emplace_back(cell.number);
      } else {
        row.emplace_back(std::string(cell.text.data(), cell.length));
      }
    }
  }
  return rows;
}

void MariadbStatement::refuse() const {
  throw Refused{mysql_stmt_errno(handle_), mysql_stmt_error(handle_)};
}

}  // namespace tricircle::storage
