// The numbered files of migrations/, as the build has put them into the binary.
#pragma once
#include <span>
#include <string_view>

namespace tricircle::storage {

struct Migration {
  int version;
  std::string_view name;
  std::string_view text;
};

std::span<const Migration> migrations();  // in order, at least one

}  // namespace tricircle::storage
