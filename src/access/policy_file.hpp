// The operator's policy.yaml (JSON is YAML too) as a list of named rules, in the order of the file; the rules
// themselves are not read yet. At most 1 MiB; no anchors, no second document. Throws base::Error (unprocessable) with
// file and line. Any thread.
#pragma once
#include "access/parse.hpp"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace tricircle::access {

struct FileRule {
  std::string name;
  std::string where;  // "policy.yaml:3"
  std::variant<std::string, RuleList> rule;
};

std::vector<FileRule> parse_policy_file(const std::string& text, const std::string& file);
std::string read_policy_file(const std::filesystem::path& file);

}  // namespace tricircle::access
