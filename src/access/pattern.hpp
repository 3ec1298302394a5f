// The patterns of field checks (`field:port:device_owner=~^network:`), from the beginning of the value as Python's
// re.match: plain characters, `.`, `.*`, `\` before a character, `^` first and `$` last. No more of regular
// expressions, so that no pattern can make a request slow. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tricircle::access {

class Pattern {
 public:
  Pattern() = default;
  static std::optional<Pattern> parsed(std::string_view text);  // none: says more than we can
  bool matches(std::string_view value) const;

 private:
  enum class Atom : char { character, any, many };
  std::string atoms_;       // an Atom each,
  std::string characters_;  // and beside it what a `character` is
};

}  // namespace tricircle::access
