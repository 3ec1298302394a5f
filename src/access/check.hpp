// One rule of the policy language as a tree. Made by parse.hpp, its references resolved by rule_set.hpp; plain data.
#pragma once
#include "access/pattern.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tricircle::access {

// "%(project_id)s", with what stands around it: filled in from the target when asked.
struct Template {
  struct Piece {
    std::string words;
    std::string key;  // the target's value of it follows the words; "" = nothing does
  };
  std::vector<Piece> pieces;
};

struct Check {
  enum class Kind {
    always,    // "" or @
    never,     // !
    all_of,    // parts, and
    any_of,    // parts, or
    none_of,   // not parts[0]
    rule,      // rule:name
    role,      // role:match
    is_admin,  // is_admin:match; what context_is_admin says
    caller,    // name:match, an attribute of the credentials
    literal,   // 'name':match, True:match, 20:match
    field,     // field:resource:name=match
    pattern,   // field:resource:name=~pattern
  };

  Kind kind = Kind::always;
  std::string name;
  Template match;
  Pattern pattern;
  bool of_network = false;  // field: of the network when the object has none itself
  std::vector<Check> parts;
  std::size_t rule = 0;  // rule, is_admin: which one, once resolved
};

}  // namespace tricircle::access
