#include "domain/qos_plan.hpp"

#include "domain/rule_conflicts.hpp"
#include "domain/test_support.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

PolicyWish wish_of(std::string_view rules, std::string_view attributes = "{}") {
  PolicyWish wish;
  wish.attributes = record(attributes);
  wish.rules = records(rules);
  return wish;
}

// As read from a pod: ids r0, r1, ...
std::vector<CopyRule> present_of(std::string_view rules) {
  std::vector<CopyRule> present;
  for (const Record& rule : records(rules)) {
    present.push_back({std::string(text_of(rule, "type")),
                       rule_direction(rule),
                       fmt::format("r{}", present.size()),
                       rule_body(rule),
                       false,
                       {}});
  }
  return present;
}

// A step as one line.
std::string line(const Step& step) {
  static constexpr const char* kNames[] = {"create", "update", "delete", "policy"};
  std::string text = kNames[static_cast<int>(step.kind)];
  for (const std::string& part : {step.type, step.direction, step.rule_id}) {
    if (!part.empty()) text += " " + part;
  }
  for (const auto& entry : step.values) {
    const std::string value = entry.value().is_string() ? std::string(entry.value().get_string())
                                                        : fmt::format("{}", entry.value().to_number<int>());
    text += fmt::format(" {}={}", std::string_view(entry.key()), value);
  }
  return text;
}

std::vector<std::string> lines(const PolicyWish& wish, const std::vector<CopyRule>& present,
                               std::string_view attributes = "{}") {
  std::vector<std::string> all;
  for (const Step& step : plan_copy(wish, record(attributes), present)) all.push_back(line(step));
  return all;
}

using Lines = std::vector<std::string>;

constexpr char kLimit[] =
    R"({"type": "bandwidth_limit", "direction": "egress", "max_kbps": 100, "max_burst_kbps": 10})";
constexpr char kMark[] = R"({"type": "dscp_marking", "direction": "", "dscp_mark": 26})";

std::string list(std::initializer_list<std::string_view> rules) {
  return fmt::format("[{}]", fmt::join(rules, ","));
}

TEST(PlanCopy, IsEmptyWhereThePodIsRight) {
  const std::string rules = list({kLimit, kMark});
  EXPECT_EQ(lines(wish_of(rules, R"({"name": "gold"})"), present_of(rules), R"({"name": "gold"})"), Lines{});
}

TEST(PlanCopy, CreatesAllInAnEmptyCopy) {
  EXPECT_EQ(lines(wish_of(list({kLimit, kMark})), {}),
            (Lines{"create bandwidth_limit egress max_kbps=100 max_burst_kbps=10 direction=egress",
                   "create dscp_marking dscp_mark=26"}));
}

TEST(PlanCopy, UpdatesAChangedRuleInPlaceWithTheDifference) {
  const auto wish = wish_of(
      list({R"({"type": "bandwidth_limit", "direction": "egress", "max_kbps": 200, "max_burst_kbps": 10})", kMark}));
  EXPECT_EQ(lines(wish, present_of(list({kLimit, kMark}))),
            Lines{"update bandwidth_limit egress r0 max_kbps=200 direction=egress"});
}

TEST(PlanCopy, SendsNoDirectionWhereATypeHasNone) {
  EXPECT_EQ(lines(wish_of(R"([{"type": "dscp_marking", "direction": "", "dscp_mark": 8}])"), present_of(list({kMark}))),
            Lines{"update dscp_marking r0 dscp_mark=8"});
}

TEST(PlanCopy, DeletesARuleMissingFromTheWish) {
  EXPECT_EQ(lines(wish_of(list({kMark})), present_of(list({kLimit, kMark}))),
            Lines{"delete bandwidth_limit egress r0"});
}

TEST(PlanCopy, DeletesARuleOfATypeThatItDoesNotKnow) {
  const std::vector<CopyRule> present{{"shaping", "", "r0", {}, false, {}}};
  EXPECT_EQ(lines(wish_of("[]"), present), Lines{"delete shaping r0"});
}

TEST(PlanCopy, AddsARuleBeforeItTakesAnotherAway) {
  const auto wish = wish_of(R"([{"type": "bandwidth_limit", "direction": "ingress", "max_kbps": 1}])");
  EXPECT_EQ(lines(wish, present_of(list({kLimit}))),
            (Lines{"create bandwidth_limit ingress max_kbps=1 direction=ingress", "delete bandwidth_limit egress r0"}));
}

TEST(PlanCopy, RaisesTheMaximumBeforeTheMinimumAndLowersTheMinimumBeforeTheMaximum) {
  const auto pair = [](int minimum, int maximum) {
    return fmt::format(R"([{{"type": "minimum_bandwidth", "direction": "egress", "min_kbps": {}}},
                           {{"type": "bandwidth_limit", "direction": "egress", "max_kbps": {}}}])",
                       minimum, maximum);
  };
  EXPECT_EQ(lines(wish_of(pair(30, 40)), present_of(pair(10, 20))),
            (Lines{"update bandwidth_limit egress r1 max_kbps=40 direction=egress",
                   "update minimum_bandwidth egress r0 min_kbps=30 direction=egress"}));
  EXPECT_EQ(lines(wish_of(pair(10, 20)), present_of(pair(30, 40))),
            (Lines{"update minimum_bandwidth egress r0 min_kbps=10 direction=egress",
                   "update bandwidth_limit egress r1 max_kbps=20 direction=egress"}));
}

TEST(PlanCopy, LetsAMinimumGoBeforeALowerMaximumComes) {
  const auto wish = wish_of(R"([{"type": "bandwidth_limit", "direction": "egress", "max_kbps": 5}])");
  const auto present = present_of(R"([{"type": "minimum_bandwidth", "direction": "egress", "min_kbps": 9}])");
  EXPECT_EQ(lines(wish, present),
            (Lines{"delete minimum_bandwidth egress r0", "create bandwidth_limit egress max_kbps=5 direction=egress"}));
}

TEST(PlanCopy, ClearsTheWayForAnyAndNothingElseInBetween) {
  const auto wish = wish_of(R"([{"type": "minimum_packet_rate", "direction": "any", "min_kpps": 5}])");
  const auto present = present_of(R"([{"type": "dscp_marking", "dscp_mark": 8},
                                      {"type": "minimum_packet_rate", "direction": "egress", "min_kpps": 1},
                                      {"type": "minimum_packet_rate", "direction": "ingress", "min_kpps": 1}])");
  EXPECT_EQ(lines(wish, present),
            (Lines{"delete minimum_packet_rate egress r1", "delete minimum_packet_rate ingress r2",
                   "create minimum_packet_rate any min_kpps=5 direction=any", "delete dscp_marking r0"}));
}

TEST(PlanCopy, PutsPolicyAttributesLastAndOnlyThoseThatDiffer) {
  const auto wish = wish_of(list({kMark}), R"({"name": "gold", "description": "", "shared": 1})");
  EXPECT_EQ(lines(wish, {}, R"({"name": "old", "description": "", "shared": 1})"),
            (Lines{"create dscp_marking dscp_mark=26", "policy name=gold"}));
}

TEST(PlanCopy, SendsAllAttributesWhereNoneAreKnown) {
  EXPECT_EQ(lines(wish_of("[]", R"({"name": "gold", "shared": 0})"), {}), Lines{"policy name=gold shared=0"});
}

TEST(PlanCopy, SendsARefusedRuleAgainOnlyWithOtherValues) {
  auto present = present_of(list({kLimit}));
  present[0].refused = true;
  present[0].id.clear();
  EXPECT_EQ(lines(wish_of(list({kLimit})), present), Lines{});
  EXPECT_EQ(lines(wish_of(R"([{"type": "bandwidth_limit", "direction": "egress", "max_kbps": 7}])"), present),
            Lines{"create bandwidth_limit egress max_kbps=7 direction=egress"});
  EXPECT_EQ(lines(wish_of("[]"), present), Lines{});
}

TEST(PlanCopy, SendsARefusedUpdateAgainAsAWhole) {
  auto present = present_of(list({kLimit}));
  present[0].refused = true;
  EXPECT_EQ(lines(wish_of(list({kLimit})), present), Lines{});
  const auto wish =
      wish_of(R"([{"type": "bandwidth_limit", "direction": "egress", "max_kbps": 7, "max_burst_kbps": 10}])");
  EXPECT_EQ(lines(wish, present),
            Lines{"update bandwidth_limit egress r0 max_kbps=7 max_burst_kbps=10 direction=egress"});
  EXPECT_EQ(lines(wish_of("[]"), present), Lines{"delete bandwidth_limit egress r0"});
}

TEST(PlanCopy, CreatesARuleThatIsRecordedButNotThere) {
  auto present = present_of(list({kMark}));
  present[0].id.clear();
  EXPECT_EQ(lines(wish_of(list({kMark})), present), Lines{"create dscp_marking dscp_mark=26"});
}

TEST(PlanCopy, GoesByTheRuleThatIsThereAndNotByTheMemoryOfARefusal) {
  auto present = present_of(list({kMark, kMark}));
  present[0].refused = true;
  present[0].id.clear();
  EXPECT_EQ(lines(wish_of(list({kMark})), present), Lines{});
  EXPECT_EQ(lines(wish_of(R"([{"type": "dscp_marking", "dscp_mark": 8}])"), present),
            Lines{"update dscp_marking r1 dscp_mark=8"});
}

TEST(PlanCopy, StillNamesEveryStepWhenTheWishContradictsItself) {
  const auto wish = wish_of(R"([{"type": "minimum_bandwidth", "direction": "egress", "min_kbps": 9},
                                {"type": "bandwidth_limit", "direction": "egress", "max_kbps": 5}])");
  EXPECT_EQ(lines(wish, {}).size(), 2U);
}

TEST(RuleBody, LeavesOutTypeIdsAndTheEmptyDirection) {
  EXPECT_EQ(rule_body(record(R"({"id": "x", "qos_policy_id": "p", "type": "dscp_marking", "direction": "",
                                 "dscp_mark": 26, "max_kbps": null})")),
            record(R"({"dscp_mark": 26})"));
  EXPECT_EQ(rule_direction(record(R"({"type": "dscp_marking", "direction": ""})")), "");
  EXPECT_EQ(rule_direction(record(R"({"type": "packet_rate_limit", "direction": "ingress"})")), "ingress");
}

}  // namespace
}  // namespace tricircle::domain
