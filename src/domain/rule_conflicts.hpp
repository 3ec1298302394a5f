// What the rule types' conflict functions share. `rules` is the policy's whole rule set to be, `rule` one in it (told
// from the others by its id, or by being the same object). Pure, any thread; throw base::Error.
#pragma once
#include "domain/catalogue.hpp"

#include <span>
#include <string_view>

namespace tricircle::domain {

std::string_view text_of(const Record&, std::string_view attribute);  // "" when absent or null
bool same_rule(const Record&, const Record&);

// QoSRulesConflict when another rule has the type and direction of this one.
void refuse_duplicate(std::string_view policy_id, const Record& rule, std::span<const Record> rules);

// QoSRuleParameterConflict when minimum_bandwidth and bandwidth_limit of the rule's direction contradict each other.
// Neutron has no such rule for packet rates.
void refuse_minimum_above_maximum(std::string_view policy_id, const Record& rule, std::span<const Record> rules);

// QoSRulesConflict when minimum_packet_rate `any` meets a directed one.
void refuse_mixed_any(std::string_view policy_id, const Record& rule, std::span<const Record> rules);

}  // namespace tricircle::domain
