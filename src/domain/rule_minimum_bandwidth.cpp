#include "domain/rule_conflicts.hpp"
#include "domain/rule_entries.hpp"

namespace tricircle::domain {
namespace {

constexpr std::string_view kDirections[] = {"egress", "ingress"};

constexpr Attribute kAttributes[] = {
    {.name = "min_kbps",
     .kind = Kind::integer,
     .can = kPost | kPut | kFilter | kSort | kCopied | kRequired,
     .high = kMaxRuleValue},
    {.name = "direction",
     .kind = Kind::choice,
     .can = kPost | kPut | kFilter | kSort | kCopied,
     .choices = kDirections,
     .fallback = "\"egress\""},
};

constexpr ResourceClass kClasses[] = {{"egress", "NET_BW_EGR_KILOBIT_PER_SEC"},
                                      {"ingress", "NET_BW_IGR_KILOBIT_PER_SEC"}};
constexpr Placement kPlacement{kClasses, "min_kbps", true};

void check_conflicts(std::string_view policy_id, const Record& rule, std::span<const Record> rules) {
  refuse_minimum_above_maximum(policy_id, rule, rules);
  refuse_duplicate(policy_id, rule, rules);
}

}  // namespace

RuleType minimum_bandwidth_rule() {
  return {.type = "minimum_bandwidth",
          .extension = "qos",
          .resource = {.name = "minimum_bandwidth_rule",
                       .collection = "minimum_bandwidth_rules",
                       .path = "/v2.0/qos/policies",
                       .table = "qos_rules",
                       .extension = "qos",
                       .not_found = "QosRuleNotFound",
                       .label = "QoS rule",
                       .attributes = kAttributes},
          .alias = true,
          .directed = true,
          .conflict = check_conflicts,
          .placement = &kPlacement};
}

}  // namespace tricircle::domain
