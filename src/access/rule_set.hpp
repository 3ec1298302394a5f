// All rules by name, with their references resolved: none leads to nowhere, none in a circle, none costs much to ask.
// Immutable after construction, so that any thread may ask. Throws base::Error (unprocessable) with the place.
#pragma once
#include "access/check.hpp"
#include "access/policy.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::access {

struct Rule {
  std::string name;
  std::string text;   // as an operator reads it
  std::string where;  // "policy.yaml:3"; "" = a default
  Check check;
};

class RuleSet {
 public:
  explicit RuleSet(std::vector<Rule>);  // names are unique

  const Rule* find(std::string_view name) const;
  const std::vector<Rule>& all() const { return rules_; }  // by name
  bool holds(const Check&, const Credentials&, const Target&) const;

 private:
  std::vector<Rule> rules_;
};

}  // namespace tricircle::access
