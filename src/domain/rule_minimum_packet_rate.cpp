#include "domain/rule_conflicts.hpp"
#include "domain/rule_entries.hpp"

namespace tricircle::domain {
namespace {

constexpr std::string_view kDirections[] = {"egress", "ingress", "any"};

constexpr Attribute kAttributes[] = {
    {.name = "min_kpps",
     .kind = Kind::integer,
     .can = kPost | kPut | kFilter | kSort | kCopied | kRequired,
     .high = kMaxRuleValue},
    {.name = "direction",
     .kind = Kind::choice,
     .can = kPost | kPut | kFilter | kSort | kCopied,
     .choices = kDirections,
     .fallback = "\"egress\""},
};

constexpr ResourceClass kClasses[] = {{"any", "NET_PACKET_RATE_KILOPACKET_PER_SEC"},
                                      {"egress", "NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC"},
                                      {"ingress", "NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC"}};
constexpr Placement kPlacement{kClasses, "min_kpps", false};

void check_conflicts(std::string_view policy_id, const Record& rule, std::span<const Record> rules) {
  refuse_mixed_any(policy_id, rule, rules);
  refuse_duplicate(policy_id, rule, rules);
}

}  // namespace

RuleType minimum_packet_rate_rule() {
  return {.type = "minimum_packet_rate",
          .extension = "qos-pps-minimum",
          .resource = {.name = "minimum_packet_rate_rule",
                       .collection = "minimum_packet_rate_rules",
                       .path = "/v2.0/qos/policies",
                       .table = "qos_rules",
                       .extension = "qos-pps-minimum",
                       .not_found = "QosRuleNotFound",
                       .label = "QoS rule",
                       .attributes = kAttributes},
          .alias = true,
          .directed = true,
          .conflict = check_conflicts,
          .placement = &kPlacement};
}

}  // namespace tricircle::domain
