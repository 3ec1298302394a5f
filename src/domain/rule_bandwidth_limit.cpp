#include "domain/rule_conflicts.hpp"
#include "domain/rule_entries.hpp"

namespace tricircle::domain {
namespace {

constexpr std::string_view kDirections[] = {"egress", "ingress"};

constexpr Attribute kAttributes[] = {
    {.name = "max_kbps",
     .kind = Kind::integer,
     .can = kPost | kPut | kFilter | kSort | kCopied | kRequired,
     .high = kMaxRuleValue},
    {.name = "max_burst_kbps",
     .kind = Kind::integer,
     .can = kPost | kPut | kFilter | kSort | kCopied,
     .high = kMaxRuleValue,
     .fallback = "0"},
    {.name = "direction",
     .kind = Kind::choice,
     .can = kPost | kPut | kCopied,
     .choices = kDirections,
     .fallback = "\"egress\""},
};

void check_conflicts(std::string_view policy_id, const Record& rule, std::span<const Record> rules) {
  refuse_minimum_above_maximum(policy_id, rule, rules);
  refuse_duplicate(policy_id, rule, rules);
}

}  // namespace

RuleType bandwidth_limit_rule() {
  return {.type = "bandwidth_limit",
          .extension = "qos",
          .resource = {.name = "bandwidth_limit_rule",
                       .collection = "bandwidth_limit_rules",
                       .path = "/v2.0/qos/policies",
                       .table = "qos_rules",
                       .extension = "qos",
                       .not_found = "QosRuleNotFound",
                       .label = "QoS rule",
                       .attributes = kAttributes},
          .alias = true,
          .directed = true,
          .conflict = check_conflicts};
}

}  // namespace tricircle::domain
