// The numbered files of migrations/, as the build has put them into the binary.
#pragma once
#include "storage/database.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::storage {

struct Migration {
  int version;
  int works_from;  // the oldest schema whose programs may use a store that has this one
  std::string_view name;
  std::string_view text;
};

std::span<const Migration> migrations();  // in order, at least one

// The statements of one, without comments, as the database spells them. Statements end with a semicolon at the end of a
// line.
std::vector<std::string> statements_of(const Migration&, Dialect);

// SQLite: one of them, unless the store has it, in the caller's transaction. Throws DbError when the store is newer
// than the binary.
void apply(Connection&, const Migration&);

// MariaDB, whose DDL commits by itself: all that the store lacks, statement by statement, by one process at a time.
// What a killed one has left is gone on with. Throws as apply().
void upgrade_in_steps(Database&);

// What both keep: the table of the versions that the store has.
std::string versions_table(Dialect);
int stored_version(Connection&);  // the table is there
void note_version(Connection&, const Migration&);

}  // namespace tricircle::storage
