// Random copies and wishes against a small model of a pod that refuses what Neutron refuses.
#include "domain/qos_plan.hpp"
#include "domain/rule_conflicts.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

using Key = std::pair<std::string, std::string>;
using Rules = std::map<Key, Record>;
using Random = std::mt19937;

int below(Random& random, int limit) {
  return std::uniform_int_distribution<int>(0, limit - 1)(random);
}

std::int64_t number(const Rules& rules, const Key& key, std::string_view attribute, std::int64_t otherwise) {
  const auto found = rules.find(key);
  return found == rules.end() ? otherwise : found->second.at(attribute).to_number<std::int64_t>();
}

bool valid(const Rules& rules) {
  for (const std::string direction : {"egress", "ingress"}) {
    if (number(rules, {"minimum_bandwidth", direction}, "min_kbps", -1) >
        number(rules, {"bandwidth_limit", direction}, "max_kbps", 1000))
      return false;
    if (number(rules, {"minimum_packet_rate", direction}, "min_kpps", -1) >
        number(rules, {"packet_rate_limit", direction}, "max_kpps", 1000))
      return false;
    if (rules.contains({"minimum_packet_rate", "any"}) && rules.contains({"minimum_packet_rate", direction}))
      return false;
  }
  return true;
}

Rules random_valid_rules(Random& random) {
  for (;;) {
    Rules rules;
    for (const RuleType& type : rule_types()) {
      const Attribute* direction = type.resource.find("direction");
      const int choices = direction ? static_cast<int>(direction->choices.size()) : 1;
      for (int choice = 0; choice < choices; ++choice) {
        if (below(random, 2) == 0) continue;
        Record rule;
        for (const Attribute& attribute : type.resource.attributes) {
          if (attribute.kind == Kind::integer) rule[attribute.name] = below(random, 4);
        }
        const std::string name = direction ? std::string(direction->choices[static_cast<std::size_t>(choice)]) : "";
        if (direction) rule["direction"] = name;
        rules[{std::string(type.type), name}] = rule;
      }
    }
    if (valid(rules)) return rules;
  }
}

PolicyWish wish_of(const Rules& rules, Random& random) {
  PolicyWish wish;
  for (const auto& [key, rule] : rules) {
    Record wished = rule;
    wished["type"] = key.first;
    wished["direction"] = key.second;
    wish.rules.push_back(std::move(wished));
  }
  std::shuffle(wish.rules.begin(), wish.rules.end(), random);
  return wish;
}

std::vector<CopyRule> present_of(const Rules& rules, Random& random) {
  std::vector<CopyRule> present;
  for (const auto& [key, rule] : rules)
    present.push_back({key.first, key.second, key.first + "/" + key.second, rule, false, {}});
  std::shuffle(present.begin(), present.end(), random);
  return present;
}

// False when the pod would refuse the step.
bool perform(const Step& step, Rules& pod) {
  const Key key{step.type, step.direction};
  const bool stands = pod.contains(key);
  if (step.kind == Step::Kind::create_rule ? stands : !stands) return false;
  if (step.kind == Step::Kind::delete_rule) {
    pod.erase(key);
    return true;
  }
  for (const auto& entry : step.values) pod[key][entry.key()] = entry.value();
  return valid(pod);
}

std::size_t differing(const Rules& one, const Rules& other) {
  std::size_t count = 0;
  for (const auto& [key, rule] : one) count += !other.contains(key) || other.at(key) != rule;
  for (const auto& entry : other) count += !one.contains(entry.first);
  return count;
}

class PlanCopyProperty : public testing::TestWithParam<unsigned> {};

TEST_P(PlanCopyProperty, ReachesTheWishInAsManyStepsAsRulesDifferAndIsValidAtEach) {
  Random random(GetParam());
  for (int round = 0; round < 400; ++round) {
    const Rules wanted = random_valid_rules(random);
    Rules pod = random_valid_rules(random);
    const auto steps = plan_copy(wish_of(wanted, random), {}, present_of(pod, random));
    EXPECT_EQ(steps.size(), differing(wanted, pod));
    for (const Step& step : steps) {
      if (step.kind == Step::Kind::delete_rule) {
        ASSERT_FALSE(wanted.contains({step.type, step.direction})) << "a wished rule was taken away";
      }
      ASSERT_TRUE(perform(step, pod)) << "refused: " << step.type << ' ' << step.direction;
    }
    ASSERT_EQ(pod, wanted);
  }
}

TEST_P(PlanCopyProperty, TakesNothingAwayWhileSomethingElseCouldBeDone) {
  Random random(GetParam());
  for (int round = 0; round < 400; ++round) {
    const Rules wanted = random_valid_rules(random);
    Rules pod = random_valid_rules(random);
    const auto steps = plan_copy(wish_of(wanted, random), {}, present_of(pod, random));
    for (auto step = steps.begin(); step != steps.end(); ++step) {
      for (auto later = step + 1; step->kind == Step::Kind::delete_rule && later != steps.end(); ++later) {
        Rules tried = pod;
        ASSERT_TRUE(later->kind == Step::Kind::delete_rule || !perform(*later, tried))
            << step->type << " went before " << later->type << " came";
      }
      ASSERT_TRUE(perform(*step, pod));
    }
  }
}

TEST_P(PlanCopyProperty, SendsNoRefusedRuleAgainAndEverythingElse) {
  Random random(GetParam());
  for (int round = 0; round < 400; ++round) {
    Rules wanted = random_valid_rules(random);
    Rules pod = random_valid_rules(random);
    const PolicyWish wish = wish_of(wanted, random);
    auto present = present_of(pod, random);
    for (auto rule = wanted.begin(); rule != wanted.end();) {
      const bool refused = !pod.contains(rule->first) && below(random, 3) == 0;
      if (refused) present.push_back({rule->first.first, rule->first.second, "", rule->second, true, "not here"});
      rule = refused ? wanted.erase(rule) : std::next(rule);
    }
    for (const Step& step : plan_copy(wish, {}, present)) ASSERT_TRUE(perform(step, pod)) << step.type;
    ASSERT_EQ(pod, wanted);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PlanCopyProperty, testing::Range(1U, 5U));

}  // namespace
}  // namespace tricircle::domain
