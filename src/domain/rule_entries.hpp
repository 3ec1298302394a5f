// The entries of rule_types(), one file each; only catalogue.cpp reads this. Constant data, any thread.
#pragma once
#include "domain/catalogue.hpp"

namespace tricircle::domain {

inline constexpr std::int64_t kMaxRuleValue = 2147483647;  // what Neutron's database can hold

RuleType bandwidth_limit_rule();
RuleType dscp_marking_rule();
RuleType minimum_bandwidth_rule();
RuleType packet_rate_limit_rule();
RuleType minimum_packet_rate_rule();

}  // namespace tricircle::domain
