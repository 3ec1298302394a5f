// Small pieces of SQL text, and the two statements that databases spell differently. Names come from the catalogue or
// from code, never from a caller.
#pragma once
#include "storage/connection.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tricircle::storage {

using ColumnValues = std::vector<std::pair<std::string, Value>>;

std::string placeholders(std::size_t count);  // "?,?,?"
std::string quoted(std::string_view name);    // "name" in double quotes; std::logic_error when it holds one

void insert(Connection&, std::string_view table, const ColumnValues&);
// False: a unique key was there already, and nothing changed.
bool insert_if_absent(Connection&, std::string_view table, const ColumnValues&);

// MariaDB: whether the database has it.
bool has_table(Connection&, const std::string& table);

}  // namespace tricircle::storage
