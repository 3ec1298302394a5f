// The numbered files of migrations/, as the build has put them into the binary.
#pragma once
#include "storage/connection.hpp"

#include <span>
#include <string_view>

namespace tricircle::storage {

struct Migration {
  int version;
  std::string_view name;
  std::string_view text;
};

std::span<const Migration> migrations();  // in order, at least one

// One of them, unless the store has it, in the caller's transaction. Throws DbError when the store is newer than the
// binary.
void apply(Connection&, const Migration&);

}  // namespace tricircle::storage
