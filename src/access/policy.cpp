#include "access/policy.hpp"

#include "access/defaults.hpp"
#include "access/parse.hpp"
#include "access/policy_file.hpp"
#include "access/rule_set.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

namespace tricircle::access {
namespace {

constexpr std::array<std::string_view, 4> kVerbs = {"create", "get", "update", "delete"};

using RulesByName = std::map<std::string, Rule, std::less<>>;

RulesByName defaults() {
  RulesByName rules;
  for (const auto& part :
       {common_defaults(), network_defaults(), port_defaults(), qos_defaults(), sharing_defaults()}) {
    for (const DefaultRule& rule : part)
      rules.emplace(rule.name, Rule{.name = std::string(rule.name),
                                    .text = std::string(rule.rule),
                                    .check = parse_text(rule.rule, std::string(rule.name))});
  }
  return rules;
}

std::shared_ptr<const RuleSet> linked(RulesByName rules) {
  std::vector<Rule> all;
  for (auto& [name, rule] : rules) all.push_back(std::move(rule));
  return std::make_shared<const RuleSet>(std::move(all));
}

Rule parsed_rule(const FileRule& given) {
  if (const auto* list = std::get_if<RuleList>(&given.rule))
    return {given.name, text_of(*list), given.where, parse_list(*list, given.where)};
  const auto& text = std::get<std::string>(given.rule);
  return {given.name, text, given.where, parse_text(text, given.where)};
}

// "modify_policy": get_policy exists, and nobody does that to a policy.
bool looks_misspelt(std::string_view name, const RulesByName& known) {
  const std::size_t verb_end = name.find('_');
  if (known.contains(name) || verb_end == std::string_view::npos) return false;
  if (std::find(kVerbs.begin(), kVerbs.end(), name.substr(0, verb_end)) != kVerbs.end()) return false;
  const std::string_view resource = name.substr(verb_end, name.find(':') - verb_end);
  return known.contains("get" + std::string(resource));
}

void add_asked_for(const Check& check, std::set<std::string_view>& names) {
  if (check.kind == Check::Kind::rule) names.insert(check.name);
  for (const Check& part : check.parts) add_asked_for(part, names);
}

// A rule that others ask for is a word of the operator's own, however it is called.
void warn_of_misspelt(const std::vector<Rule>& own, const RulesByName& known) {
  std::set<std::string_view> asked_for;
  for (const Rule& rule : own) add_asked_for(rule.check, asked_for);
  for (const Rule& rule : own) {
    if (looks_misspelt(rule.name, known) && !asked_for.contains(rule.name))
      base::log::warn("policy_rule_unknown rule={} at={}", rule.name, rule.where);
  }
}

std::shared_ptr<const RuleSet> with_rules_of(const std::vector<FileRule>& file) {
  RulesByName rules = defaults();
  std::vector<Rule> own;
  own.reserve(file.size());
  for (const FileRule& given : file) own.push_back(parsed_rule(given));
  warn_of_misspelt(own, rules);
  for (Rule& rule : own) {
    std::string name = rule.name;
    rules.insert_or_assign(std::move(name), std::move(rule));
  }
  return linked(std::move(rules));
}

}  // namespace

Policy::Policy() : rules_(linked(defaults())) {}

Policy::Policy(const std::filesystem::path& policy_yaml)
    : Policy(parsed(read_policy_file(policy_yaml), policy_yaml.string())) {}

Policy::Policy(std::shared_ptr<const RuleSet> rules) : rules_(std::move(rules)) {}

Policy Policy::parsed(const std::string& text, const std::string& name) {
  return Policy(with_rules_of(parse_policy_file(text, name)));
}

bool Policy::allows(std::string_view action, const Credentials& caller, const Target& target) const {
  const Rule* rule = rules_->find(action);
  return rule != nullptr && rules_->holds(rule->check, caller, target);
}

bool Policy::has(std::string_view action) const {
  return rules_->find(action) != nullptr;
}

void Policy::each(const See& see) const {
  for (const Rule& rule : rules_->all()) see(rule.name, rule.text);
}

}  // namespace tricircle::access
