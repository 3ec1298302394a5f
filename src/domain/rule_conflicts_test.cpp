#include "domain/rule_conflicts.hpp"

#include "domain/test_support.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

constexpr char kFine[] = "nothing was refused";

// What the entry of the last rule's type says of it among all of them.
std::string outcome(std::string_view rules_text) {
  const std::vector<Record> rules = records(rules_text);
  const RuleType* type = find_rule_type(text_of(rules.back(), "type"));
  return refusal([&] { type->conflict("P", rules.back(), rules); });
}

TEST(RuleConflict, AllowsOneOfATypeInEachDirection) {
  EXPECT_EQ(outcome(R"([{"id": "1", "type": "bandwidth_limit", "direction": "ingress", "max_kbps": 5},
                        {"id": "2", "type": "bandwidth_limit", "direction": "egress", "max_kbps": 5}])"),
            kFine);
}

TEST(RuleConflict, RefusesASecondOfATypeInADirection) {
  EXPECT_EQ(outcome(R"([{"id": "1", "type": "bandwidth_limit", "direction": "egress", "max_kbps": 5},
                        {"id": "2", "type": "bandwidth_limit", "direction": "egress", "max_kbps": 6}])"),
            "QoSRulesConflict: Rule bandwidth_limit conflicts with rule 1 which already exists in QoS Policy P.");
  EXPECT_TRUE(
      outcome(R"([{"id": "1", "type": "dscp_marking", "dscp_mark": 0}, {"type": "dscp_marking", "dscp_mark": 8}])")
          .starts_with("QoSRulesConflict"));
  for (const std::string type : {"packet_rate_limit", "minimum_packet_rate", "minimum_bandwidth"}) {
    const std::string rule = R"({"type": ")" + type + R"(", "direction": "egress", "min_kbps": 1})";
    EXPECT_TRUE(outcome("[" + rule + "," + rule + "]").starts_with("QoSRulesConflict")) << type;
  }
}

TEST(RuleConflict, NeverSetsARuleAgainstItself) {
  for (const RuleType& type : rule_types()) {
    const Record rule = record(R"({"id": "1", "type": ")" + std::string(type.type) +
                               R"(", "direction": "egress", "min_kbps": 1, "max_kbps": 1})");
    const std::vector<Record> rules{rule};
    EXPECT_EQ(refusal([&] { type.conflict("P", rule, rules); }), kFine) << type.type;
  }
}

TEST(RuleConflict, RefusesAMinimumAboveTheMaximumOfItsDirection) {
  EXPECT_EQ(
      outcome(R"([{"type": "bandwidth_limit", "direction": "egress", "max_kbps": 5},
                        {"type": "minimum_bandwidth", "direction": "egress", "min_kbps": 6}])"),
      "QoSRuleParameterConflict: Unable to add the rule with value 6 to the policy P as the existing rule of type "
      "bandwidth_limit has value 5.");
  EXPECT_TRUE(outcome(R"([{"type": "minimum_bandwidth", "direction": "egress", "min_kbps": 6},
                          {"type": "bandwidth_limit", "direction": "egress", "max_kbps": 5}])")
                  .starts_with("QoSRuleParameterConflict"));
}

TEST(RuleConflict, ComparesNoOtherDirectionsAndTakesEqualValues) {
  EXPECT_EQ(outcome(R"([{"type": "minimum_bandwidth", "direction": "ingress", "min_kbps": 6},
                        {"type": "minimum_bandwidth", "direction": "egress", "min_kbps": 5},
                        {"type": "bandwidth_limit", "direction": "egress", "max_kbps": 5}])"),
            kFine);
}

TEST(RuleConflict, KeepsAnyApartFromDirections) {
  EXPECT_TRUE(outcome(R"([{"id": "1", "type": "minimum_packet_rate", "direction": "ingress", "min_kpps": 6},
                          {"type": "minimum_packet_rate", "direction": "any", "min_kpps": 5}])")
                  .starts_with("QoSRuleParameterConflict"));
  EXPECT_TRUE(outcome(R"([{"id": "1", "type": "minimum_packet_rate", "direction": "any", "min_kpps": 6},
                          {"type": "minimum_packet_rate", "direction": "egress", "min_kpps": 5}])")
                  .starts_with("QoSRuleParameterConflict"));
  EXPECT_EQ(outcome(R"([{"id": "1", "type": "minimum_packet_rate", "direction": "ingress", "min_kpps": 6},
                        {"type": "minimum_packet_rate", "direction": "egress", "min_kpps": 5}])"),
            kFine);
}

TEST(RuleConflict, LetsPacketRatesContradictEachOtherAsNeutronDoes) {
  EXPECT_EQ(outcome(R"([{"type": "packet_rate_limit", "direction": "egress", "max_kpps": 5},
                        {"type": "minimum_packet_rate", "direction": "egress", "min_kpps": 6}])"),
            kFine);
}

}  // namespace
}  // namespace tricircle::domain
