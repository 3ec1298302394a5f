#include "xjob/drift.hpp"

#include "storage/sql.hpp"
#include "xjob/central_policy.hpp"
#include "xjob/harmless.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostWords = 1000;  // bytes; a pod may have been given any number of rules

// The copy as the pod has confirmed it, as if somebody wished just that.
domain::PolicyWish wish_of(const Copy& confirmed) {
  domain::PolicyWish wish{confirmed.attributes, {}};
  for (const domain::CopyRule& rule : confirmed.rules) {
    if (rule.id.empty()) continue;
    domain::Record wished = rule.values;
    wished["type"] = rule.type;
    if (!rule.direction.empty()) wished["direction"] = rule.direction;
    wish.rules.push_back(std::move(wished));
  }
  return wish;
}

std::string where(const domain::Step& step) {
  return step.direction.empty() ? step.type : step.type + " " + step.direction;
}

// "max_kbps is 5 instead of 100, ..."
std::string differences(const domain::Record& wished, const domain::Record& shown) {
  std::string text;
  for (const auto& [name, value] : wished) {
    const json::value* there = shown.if_contains(name);
    if (there != nullptr && *there == value) continue;
    if (!text.empty()) text += ", ";
    text += std::string(name) + " is " + (there == nullptr ? "not there" : json::serialize(*there)) + " instead of " +
            json::serialize(value);
  }
  return text;
}

std::string told(const domain::Step& step, const domain::Record& attributes,
                 const std::vector<domain::CopyRule>& rules) {
  const auto rule = std::ranges::find(rules, step.rule_id, &domain::CopyRule::id);
  switch (step.kind) {
    case domain::Step::Kind::create_rule:
      return "rule " + where(step) + " is missing";
    case domain::Step::Kind::update_rule:
      return "rule " + where(step) + ": " + differences(step.values, rule->values);
    case domain::Step::Kind::delete_rule:
      return "rule " + (rule == rules.end() ? step.type : xjob::place_of(*rule)) + " is one too many";
    case domain::Step::Kind::update_policy:
      break;
  }
  return differences(step.values, attributes);
}

std::string table_of(const std::string& kind) {
  return kind == kPolicyLane ? "copies" : "bindings";
}

void mark(Connection& db, const Drift& drift, base::Micros now) {
  const engine::LaneKey& key = drift.object;
  const bool copy = key.kind == kPolicyLane;
  std::vector<storage::Value> values{kDrifted, now, kDrifted, drift.found, key.object_id, key.pod_id};
  if (!copy) values.emplace_back(key.kind);
  db.execute("UPDATE " + table_of(key.kind) +
                 " SET since = CASE WHEN state = ? THEN since ELSE ? END, state = ?, last_error = ? WHERE " +
                 (copy ? "policy_id = ? AND pod_id = ?" : "central_id = ? AND pod_id = ? AND resource_type = ?"),
             values);
}

}  // namespace

std::string drift_of(const Copy& confirmed, const domain::Record& shown) {
  const domain::Record attributes = copied_attributes(domain::policy_resource(), shown);
  const std::vector<domain::CopyRule> rules = copy_rules_of(shown);
  std::string text;
  for (const domain::Step& step : domain::plan_copy(wish_of(confirmed), attributes, rules)) {
    if (text.size() > kMostWords) return text + "; and more";
    if (!text.empty()) text += "; ";
    text += told(step, attributes, rules);
  }
  return text;
}

bool note_drift(Connection& db, const Drift& drift, base::Micros now) {
  mark(db, drift, now);
  const engine::LaneKey& key = drift.object;
  const auto known = db.execute(
      "SELECT id FROM drifts WHERE pod_id = ? AND resource_type = ? AND central_id = ? AND ended_at IS NULL AND "
      "found = ?",
      {key.pod_id, key.kind, key.object_id, drift.found});
  if (!known.empty()) return false;
  end_drifts(db, key, now);
  storage::insert(db, "drifts",
                  {{"pod_id", key.pod_id},
                   {"resource_type", key.kind},
                   {"central_id", key.object_id},
                   {"local_id", drift.local_id},
                   {"policy_id", drift.policy_id},
                   {"project_id", drift.project_id},
                   {"found", drift.found},
                   {"pod_says", drift.pod_says},
                   {"on_drift", drift.on_drift},
                   {"found_at", now}});
  return true;
}

void end_drifts(Connection& db, const engine::LaneKey& key, base::Micros now) {
  db.execute(
      "UPDATE drifts SET ended_at = ? WHERE pod_id = ? AND resource_type = ? AND central_id = ? AND ended_at IS NULL",
      {now, key.pod_id, key.kind, key.object_id});
}

void end_stale_drifts(Connection& db, const std::string& pod_id, base::Micros now) {
  db.execute(
      "UPDATE drifts SET ended_at = ? WHERE pod_id = ? AND ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM copies c "
      "WHERE drifts.resource_type = 'policy' AND c.policy_id = drifts.central_id AND c.pod_id = drifts.pod_id AND "
      "c.state = 'drifted') AND NOT EXISTS (SELECT 1 FROM bindings b WHERE b.resource_type = drifts.resource_type AND "
      "b.central_id = drifts.central_id AND b.pod_id = drifts.pod_id AND b.state = 'drifted')",
      {now, pod_id});
}

void forget_old_drifts(Connection& db, const std::string& pod_id, base::Micros before) {
  db.execute("DELETE FROM drifts WHERE pod_id = ? AND ended_at < ?", {pod_id, before});
}

}  // namespace tricircle::xjob
