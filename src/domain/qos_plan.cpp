#include "domain/qos_plan.hpp"

#include "domain/rule_conflicts.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace tricircle::domain {
namespace {

using Key = std::pair<std::string, std::string>;  // type, direction
using RuleSet = std::map<Key, Record>;            // what stands in the pod

struct Bounds {
  std::string_view minimum_type, minimum, maximum_type, maximum;
};
constexpr Bounds kBounds[] = {
    {"minimum_bandwidth", "min_kbps", "bandwidth_limit", "max_kbps"},
    {"minimum_packet_rate", "min_kpps", "packet_rate_limit", "max_kpps"},
};

const boost::json::value* value_of(const RuleSet& rules, const Key& key, std::string_view attribute) {
  const auto found = rules.find(key);
  const auto* value = found == rules.end() ? nullptr : found->second.if_contains(attribute);
  return value && value->is_number() ? value : nullptr;
}

bool minimum_above_maximum(const RuleSet& rules, const std::string& direction) {
  return std::any_of(std::begin(kBounds), std::end(kBounds), [&](const Bounds& bounds) {
    const auto* minimum = value_of(rules, {std::string(bounds.minimum_type), direction}, bounds.minimum);
    const auto* maximum = value_of(rules, {std::string(bounds.maximum_type), direction}, bounds.maximum);
    return minimum && maximum && minimum->to_number<double>() > maximum->to_number<double>();
  });
}

bool any_is_mixed(const RuleSet& rules) {
  const auto has = [&](const char* direction) { return rules.contains({"minimum_packet_rate", direction}); };
  return has("any") && (has("egress") || has("ingress"));
}

void perform(const Step& step, RuleSet& rules) {
  const Key key{step.type, step.direction};
  if (step.kind == Step::Kind::delete_rule) {
    rules.erase(key);
    return;
  }
  for (const auto& entry : step.values) rules[key].insert_or_assign(entry.key(), entry.value());
}

// Would Neutron take this step now?
bool allowed(const Step& step, RuleSet rules) {
  if (step.kind == Step::Kind::delete_rule) return true;
  perform(step, rules);
  return !minimum_above_maximum(rules, step.direction) && !(step.type == "minimum_packet_rate" && any_is_mixed(rules));
}

// What of `wished` is not so in `present`.
Record difference(const Record& wished, const Record& present) {
  Record changed;
  for (const auto& entry : wished) {
    const auto* value = present.if_contains(entry.key());
    if (!value || *value != entry.value()) changed[entry.key()] = entry.value();
  }
  return changed;
}

// A rule that is there comes before the memory of one that was refused.
const CopyRule* find(const std::vector<CopyRule>& present, const Key& key) {
  const CopyRule* found = nullptr;
  for (const CopyRule& rule : present) {
    if (rule.type != key.first || rule.direction != key.second) continue;
    if (!found || (found->id.empty() && !rule.id.empty())) found = &rule;
  }
  return found;
}

// What one wished rule needs, if anything.
std::optional<Step> step_for(const Key& key, const Record& body, const CopyRule* rule) {
  if (rule && rule->refused && difference(body, rule->values).empty()) return std::nullopt;
  if (!rule || rule->id.empty()) return Step{Step::Kind::create_rule, key.first, key.second, {}, body};
  // Of a refused update we do not know what stands there.
  Record changed = rule->refused ? body : difference(body, rule->values);
  if (changed.empty()) return std::nullopt;
  // Neutron compares the maximum of a PUT without direction with the minima of all directions.
  if (const auto* direction = body.if_contains("direction")) changed["direction"] = *direction;
  return Step{Step::Kind::update_rule, key.first, key.second, rule->id, std::move(changed)};
}

// Changes first, then what is new, then what goes; of these first what something new waits for.
int rank(const Step& step, const std::vector<Step>& steps) {
  if (step.kind == Step::Kind::update_rule) return 0;
  if (step.kind == Step::Kind::create_rule) return 1;
  const bool replaced = std::any_of(steps.begin(), steps.end(), [&](const Step& other) {
    return other.kind == Step::Kind::create_rule && other.type == step.type;
  });
  return replaced ? 2 : 3;
}

// The steps in the order of their rank, each as soon as the pod would take it. From a valid set to a valid set there
// always is one that it takes: of a minimum and a maximum one can move first, and deletes are never in the way.
std::vector<Step> in_order(const std::vector<Step>& unordered, RuleSet rules) {
  std::vector<Step> steps;
  for (int wanted = 0; wanted <= 3; ++wanted) {
    for (const Step& step : unordered) {
      if (rank(step, unordered) == wanted) steps.push_back(step);
    }
  }
  std::vector<Step> ordered;
  while (!steps.empty()) {
    auto chosen = std::find_if(steps.begin(), steps.end(), [&](const Step& step) { return allowed(step, rules); });
    if (chosen == steps.end()) chosen = steps.begin();  // a pod or a wish that is not valid: the pod will say so
    perform(*chosen, rules);
    ordered.push_back(std::move(*chosen));
    steps.erase(chosen);
  }
  return ordered;
}

}  // namespace

std::string rule_type(const Record& rule) {
  return std::string(text_of(rule, "type"));
}

std::string rule_direction(const Record& rule) {
  const RuleType* type = find_rule_type(text_of(rule, "type"));
  return type && type->directed ? std::string(text_of(rule, "direction")) : std::string();
}

Record rule_body(const Record& rule) {
  Record body;
  const RuleType* type = find_rule_type(text_of(rule, "type"));
  if (!type) return body;
  for (const Attribute& attribute : type->resource.attributes) {
    const auto* value = rule.if_contains(attribute.name);
    if (attribute.can & kCopied && value && !value->is_null()) body[attribute.name] = *value;
  }
  return body;
}

std::vector<Step> plan_copy(const PolicyWish& wish, const Record& attributes, const std::vector<CopyRule>& present) {
  std::vector<Step> steps;
  std::map<Key, const CopyRule*> kept;
  for (const Record& rule : wish.rules) {
    const Key key{std::string(text_of(rule, "type")), rule_direction(rule)};
    kept[key] = find(present, key);
    if (auto step = step_for(key, rule_body(rule), kept[key])) steps.push_back(std::move(*step));
  }
  RuleSet standing;
  for (const CopyRule& rule : present) {
    if (rule.id.empty()) continue;
    const Key key{rule.type, rule.direction};
    standing[key] = rule.refused ? Record{} : rule.values;
    const auto wanted = kept.find(key);
    if (wanted == kept.end() || wanted->second != &rule)
      steps.push_back({Step::Kind::delete_rule, rule.type, rule.direction, rule.id, {}});
  }
  std::vector<Step> ordered = in_order(steps, std::move(standing));
  Record changed = difference(wish.attributes, attributes);
  if (!changed.empty()) ordered.push_back({Step::Kind::update_policy, {}, {}, {}, std::move(changed)});
  return ordered;
}

}  // namespace tricircle::domain
