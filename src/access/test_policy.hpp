// For tests of this room: policies from a few lines of YAML, and what refuses them.
#pragma once
#include "access/policy.hpp"
#include "base/error.hpp"

#include <string>

namespace tricircle::access {

// Whether `rule`, as an operator would write it for create_policy, lets the caller through.
inline bool holds(const std::string& rule, const Credentials& caller = {"u1", "p1", {"member"}},
                  const Target& target = {{"project_id", "p1"}}) {
  return Policy::parsed("create_policy: '" + rule + "'", "policy.yaml").allows("create_policy", caller, target);
}

inline std::string refusal_of_file(const std::string& text) {
  try {
    Policy::parsed(text, "policy.yaml");
  } catch (const base::Error& error) {
    return error.kind() == base::ErrorKind::unprocessable ? error.message() : "wrong kind: " + error.message();
  }
  return "accepted";
}

inline std::string refusal_of_rule(const std::string& rule) {
  return refusal_of_file("\ncreate_policy: '" + rule + "'");
}

}  // namespace tricircle::access
