// One prepared statement of a MariaDB connection: binds, runs, reads all rows. Owned by its MariadbConnection and used
// on its thread. Each function says whether the server or the library refused; what that means the connection decides.
#pragma once
#include "storage/connection.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <mysql.h>

namespace tricircle::storage {

class MariadbStatement {
 public:
  // A refusal, not yet an error of the store: the library's number and words.
  struct Refused {
    unsigned code;
    std::string words;
  };

  MariadbStatement(MYSQL* connection, std::string_view sql);  // prepares; throws Refused
  ~MariadbStatement();
  MariadbStatement(const MariadbStatement&) = delete;
  MariadbStatement& operator=(const MariadbStatement&) = delete;

  // Throws Refused, std::logic_error for a wrong number of parameters, DbError for a column that is no whole number.
  Result run(std::span<const Value> parameters);

 private:
  void bind(std::span<const Value> parameters);
  std::vector<std::vector<Value>> rows();
  [[noreturn]] void refuse() const;

  MYSQL_STMT* handle_;
  std::shared_ptr<const Columns> columns_;
};

}  // namespace tricircle::storage
