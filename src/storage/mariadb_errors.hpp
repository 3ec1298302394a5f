// What a MariaDB's or its client library's error number means to a store. Any thread.
#pragma once
#include "storage/connection.hpp"

#include <string>

namespace tricircle::storage {

// DDL that finds its work done, or the table that it works on gone: what a repeated step of a migration meets.
struct SchemaAsWanted : DbError {
  using DbError::DbError;
};

// Throws the error that stands for `code`; ConnectionLost also for a node that takes no writes, so that the next host
// is tried.
[[noreturn]] void throw_mariadb_error(unsigned code, const std::string& words);

// A COMMIT that ended so is known not to have happened. All others may have.
bool surely_not_committed(unsigned code);

}  // namespace tricircle::storage
