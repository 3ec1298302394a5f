#include "access/rule_set.hpp"

#include "access/resolve.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace tricircle::access {
namespace {

bool same_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

const std::string* find(const Target& target, const std::string& key) {
  const auto found = target.find(key);
  return found == target.end() ? nullptr : &found->second;
}

// "tenant_id" and "project_id" are one, also behind "network:".
const std::string* value_of(const Target& target, const std::string& key) {
  if (const std::string* value = find(target, key)) return value;
  for (const auto& [old_word, word] :
       {std::pair<std::string_view, std::string_view>{"tenant_id", "project_id"}, {"project_id", "tenant_id"}}) {
    if (key.ends_with(old_word)) return find(target, key.substr(0, key.size() - old_word.size()) + std::string(word));
  }
  return nullptr;
}

std::optional<std::string> filled(const Template& match, const Target& target) {
  std::string text;
  for (const Template::Piece& piece : match.pieces) {
    text += piece.words;
    if (piece.key.empty()) continue;
    const std::string* value = value_of(target, piece.key);
    if (value == nullptr) return std::nullopt;
    text += *value;
  }
  return text;
}

bool caller_is(const std::string& attribute, const std::string& match, const Credentials& caller) {
  if (attribute == "user_id" || attribute == "user") return match == caller.user_id;
  if (attribute == "project_id" || attribute == "tenant_id" || attribute == "tenant") return match == caller.project_id;
  if (attribute == "roles") return caller.roles.contains(match);
  return attribute == "is_admin_project" && match == "True";
}

const std::string* field_of(const Check& check, const Target& target) {
  const std::string* value = value_of(target, check.name);
  return value == nullptr && check.of_network ? value_of(target, "network:" + check.name) : value;
}

// A boolean may be written in the file in more ways than one.
bool field_is(const std::string& value, const std::string& wanted) {
  if (value == wanted) return true;
  if (value == "True") return same_without_case(wanted, "true") || wanted == "1";
  return value == "False" && (same_without_case(wanted, "false") || wanted == "0");
}

Target target_of(const Credentials& caller) {
  return {{"user_id", caller.user_id}, {"project_id", caller.project_id}};
}

}  // namespace

RuleSet::RuleSet(std::vector<Rule> rules) : rules_(std::move(rules)) {
  std::sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) { return a.name < b.name; });
  resolve(rules_);
}

const Rule* RuleSet::find(std::string_view name) const {
  const auto found = std::lower_bound(rules_.begin(), rules_.end(), name,
                                      [](const Rule& a, std::string_view b) { return a.name < b; });
  return found != rules_.end() && found->name == name ? &*found : nullptr;
}

bool RuleSet::holds(const Check& check, const Credentials& caller, const Target& target) const {
  const auto part_holds = [&](const Check& part) { return holds(part, caller, target); };
  switch (check.kind) {
    case Check::Kind::always:
      return true;
    case Check::Kind::never:
      return false;
    case Check::Kind::all_of:
      return std::all_of(check.parts.begin(), check.parts.end(), part_holds);
    case Check::Kind::any_of:
      return std::any_of(check.parts.begin(), check.parts.end(), part_holds);
    case Check::Kind::none_of:
      return !part_holds(check.parts.front());
    case Check::Kind::rule:
      return holds(rules_[check.rule].check, caller, target);
    case Check::Kind::field: {
      const std::string* value = field_of(check, target);
      return value != nullptr && field_is(*value, check.match.pieces.front().words);
    }
    case Check::Kind::pattern: {
      const std::string* value = field_of(check, target);
      return value != nullptr && check.pattern.matches(*value);
    }
    case Check::Kind::role:
    case Check::Kind::is_admin:
    case Check::Kind::caller:
    case Check::Kind::literal:
      break;
  }
  const std::optional<std::string> match = filled(check.match, target);
  if (!match) return false;
  if (check.kind == Check::Kind::literal) return *match == check.name;
  if (check.kind == Check::Kind::caller) return caller_is(check.name, *match, caller);
  if (check.kind == Check::Kind::is_admin)
    return *match == (holds(rules_[check.rule].check, caller, target_of(caller)) ? "True" : "False");
  return std::any_of(caller.roles.begin(), caller.roles.end(),
                     [&](const std::string& role) { return same_without_case(role, *match); });
}

}  // namespace tricircle::access
