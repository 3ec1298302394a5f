#include "domain/rule_conflicts.hpp"
#include "domain/rule_entries.hpp"

namespace tricircle::domain {
namespace {

// The classes of RFC 2474, 2597, 3246 and 5865 that Neutron takes.
constexpr std::int64_t kMarks[] = {0,  8,  10, 12, 14, 16, 18, 20, 22, 24, 26,
                                   28, 30, 32, 34, 36, 38, 40, 44, 46, 48, 56};

constexpr Attribute kAttributes[] = {
    {.name = "dscp_mark",
     .kind = Kind::integer,
     .can = kPost | kPut | kFilter | kSort | kCopied | kRequired,
     .numbers = kMarks},
};

void check_conflicts(std::string_view policy_id, const Record& rule, std::span<const Record> rules) {
  refuse_duplicate(policy_id, rule, rules);
}

}  // namespace

RuleType dscp_marking_rule() {
  return {.type = "dscp_marking",
          .extension = "qos",
          .resource = {.name = "dscp_marking_rule",
                       .collection = "dscp_marking_rules",
                       .path = "/v2.0/qos/policies",
                       .table = "qos_rules",
                       .extension = "qos",
                       .not_found = "QosRuleNotFound",
                       .label = "QoS rule",
                       .attributes = kAttributes},
          .alias = true,
          .directed = false,
          .conflict = check_conflicts};
}

}  // namespace tricircle::domain
