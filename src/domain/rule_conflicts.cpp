#include "domain/rule_conflicts.hpp"

#include "domain/errors.hpp"

#include <cstdint>
#include <string>

namespace tricircle::domain {
namespace {

std::int64_t number_of(const Record& rule, std::string_view attribute) {
  return rule.at(attribute).to_number<std::int64_t>();
}

}  // namespace

std::string_view text_of(const Record& record, std::string_view attribute) {
  const auto* value = record.if_contains(attribute);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool same_rule(const Record& one, const Record& other) {
  return &one == &other || (!text_of(one, "id").empty() && text_of(one, "id") == text_of(other, "id"));
}

void refuse_duplicate(std::string_view policy_id, const Record& rule, std::span<const Record> rules) {
  for (const Record& other : rules) {
    if (same_rule(rule, other) || text_of(other, "type") != text_of(rule, "type")) continue;
    if (text_of(other, "direction") == text_of(rule, "direction"))
      throw rules_conflict(text_of(rule, "type"), text_of(rule, "id"), policy_id, text_of(other, "id"));
  }
}

void refuse_minimum_above_maximum(std::string_view policy_id, const Record& rule, std::span<const Record> rules) {
  const bool is_minimum = text_of(rule, "type") == "minimum_bandwidth";
  const std::string_view own = is_minimum ? "min_kbps" : "max_kbps";
  const std::string_view others = is_minimum ? "max_kbps" : "min_kbps";
  const std::string_view other_type = is_minimum ? "bandwidth_limit" : "minimum_bandwidth";
  const std::int64_t value = number_of(rule, own);
  for (const Record& other : rules) {
    if (text_of(other, "type") != other_type || text_of(other, "direction") != text_of(rule, "direction")) continue;
    const std::int64_t bound = number_of(other, others);
    if (is_minimum ? value > bound : bound > value)
      throw rule_parameter_conflict(std::to_string(value), policy_id, other_type, std::to_string(bound));
  }
}

void refuse_mixed_any(std::string_view policy_id, const Record& rule, std::span<const Record> rules) {
  const bool any = text_of(rule, "direction") == "any";
  for (const Record& other : rules) {
    if (same_rule(rule, other) || text_of(other, "type") != text_of(rule, "type")) continue;
    if (any != (text_of(other, "direction") == "any"))
      throw rule_parameter_conflict(text_of(rule, "direction"), policy_id, text_of(other, "type"),
                                    text_of(other, "direction"));
  }
}

}  // namespace tricircle::domain
