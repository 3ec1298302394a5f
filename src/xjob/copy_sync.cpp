#include "xjob/copy_sync.hpp"

#include "xjob/central_policy.hpp"
#include "xjob/copy_job.hpp"

#include <algorithm>

#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using engine::RunFailed;

using Because = domain::CopyRule::Because;
constexpr int kMostRounds = 4;

// Neutron's words when a network or port that bears the policy stands in the way of a rule.
bool for_the_sake_of_use(const remote::Answer& answer) {
  return answer.error_type.starts_with("QosRuleNotSupported") || answer.is(501);
}

bool same_place(const domain::CopyRule& rule, const domain::Step& step) {
  return rule.type == step.type && rule.direction == step.direction;
}

std::string name_of(const domain::Step& step) {
  return step.direction.empty() ? step.type : step.type + " " + step.direction;
}

}  // namespace

base::Awaitable<void> CopySync::observe() {
  const remote::Answer answer = co_await pod_.get_policy(copy_.local_id);
  context_.check_answer(answer, false);
  if (policy_is_gone(answer)) {
    lost_ = true;
    copy_.local_id.clear();
    copy_.attributes.clear();
    copy_.rules.clear();
    copy_.ready = copy_.tagged = false;
    co_return;
  }
  const json::object* body = answer.body.if_object();
  if (!answer.is(200) || body == nullptr || !body->contains("policy"))
    throw RunFailed(RunFailed::Why::again, "the pod did not show its policy: " + answer.words);
  const json::object& policy = body->at("policy").as_object();
  copy_.attributes = copied_attributes(domain::policy_resource(), policy);
  std::vector<domain::CopyRule> rules = copy_rules_of(policy);
  for (const domain::CopyRule& old : copy_.rules) {
    if (old.refused && old.id.empty()) rules.push_back(old);
  }
  copy_.rules = std::move(rules);
}

base::Awaitable<bool> CopySync::apply() {
  if (++rounds_ > kMostRounds) throw RunFailed(RunFailed::Why::again, "the pod's copy keeps changing under our hands");
  problems_.clear();
  forget_refusals_of_the_past();
  const domain::PolicyWish wish = co_await harmless_wish();
  std::vector<domain::Step> steps = domain::plan_copy(wish, copy_.attributes, copy_.rules);
  nothing_to_do_ = steps.empty();
  for (domain::Step& step : steps) {
    if (co_await carry_out(std::move(step)) == Outcome::look_again) co_return false;
  }
  for (const domain::CopyRule& rule : copy_.rules) {
    if (rule.refused) problems_.push_back(place_of(rule) + ": " + rule.error);
  }
  co_return true;
}

void CopySync::refuse(std::string words) {
  refused_now_ = true;
  problems_.push_back(std::move(words));
}

std::string CopySync::problems() const {
  std::string text;
  for (const std::string& problem : problems_) text += (text.empty() ? "" : "; ") + problem;
  return text;
}

base::Awaitable<CopySync::Outcome> CopySync::carry_out(domain::Step step) {
  switch (step.kind) {
    case domain::Step::Kind::create_rule:
      return create_rule(std::move(step));
    case domain::Step::Kind::update_rule:
      return update_rule(std::move(step));
    case domain::Step::Kind::delete_rule:
      return delete_rule(std::move(step));
    case domain::Step::Kind::update_policy:
      break;
  }
  return update_policy(std::move(step));
}

// Before it is a refusal: the call may have been delivered twice, and the pod may have what our rows do not tell of.
bool CopySync::is_first_conflict(const domain::Step& step) {
  return conflicts_.insert(name_of(step)).second;
}

base::Awaitable<CopySync::Outcome> CopySync::create_rule(domain::Step step) {
  const remote::Answer answer = co_await pod_.create_rule(copy_.local_id, step.type, step.values);
  context_.check_answer(answer, true);
  if (policy_is_gone(answer)) co_return Outcome::look_again;
  if (answer.error_type == "QoSRulesConflict" && is_first_conflict(step)) co_return Outcome::look_again;
  std::erase_if(copy_.rules, [&](const domain::CopyRule& rule) { return same_place(rule, step); });
  domain::CopyRule rule{step.type, step.direction, "", step.values, false, ""};
  if (answer.ok()) {
    rules_came_or_went_ = true;
    rule.id = json::value_to<std::string>(answer.body.at(step.type + "_rule").at("id"));
  } else {
    refused_now_ = true;
    rule.refused = true;
    rule.error = answer.words;
    if (for_the_sake_of_use(answer)) rule.because = Because::use;
  }
  copy_.rules.push_back(std::move(rule));
  co_return Outcome::done;
}

base::Awaitable<CopySync::Outcome> CopySync::update_rule(domain::Step step) {
  const remote::Answer answer = co_await pod_.update_rule(copy_.local_id, step.type, step.rule_id, step.values);
  context_.check_answer(answer, true);
  if (answer.is(404)) co_return Outcome::look_again;
  if (answer.is(409) && is_first_conflict(step)) co_return Outcome::look_again;
  if (!answer.ok()) {
    refuse(name_of(step) + ": " + answer.words);
    co_return Outcome::done;
  }
  domain::CopyRule& rule = rule_of(step);
  for (const auto& [name, value] : step.values) rule.values[name] = value;
  co_return Outcome::done;
}

base::Awaitable<CopySync::Outcome> CopySync::delete_rule(domain::Step step) {
  const remote::Answer answer = co_await pod_.delete_rule(copy_.local_id, step.type, step.rule_id);
  context_.check_answer(answer, true);
  if (policy_is_gone(answer)) co_return Outcome::look_again;
  if (answer.ok() || answer.error_type == "QosRuleNotFound") {
    rules_came_or_went_ = true;
    std::erase_if(copy_.rules, [&](const domain::CopyRule& rule) { return rule.id == step.rule_id; });
  } else {
    refuse(name_of(step) + ": " + answer.words);
  }
  co_return Outcome::done;
}

base::Awaitable<CopySync::Outcome> CopySync::update_policy(domain::Step step) {
  const remote::Answer answer = co_await pod_.update_policy(copy_.local_id, step.values);
  context_.check_answer(answer, true);
  if (policy_is_gone(answer)) co_return Outcome::look_again;
  if (answer.ok()) {
    for (const auto& [name, value] : step.values) copy_.attributes[name] = value;
  } else {
    refuse("policy: " + answer.words);
  }
  co_return Outcome::done;
}

// A refusal stands for the values that were refused; what is no longer wished has nothing to be refused.
void CopySync::forget_refusals_of_the_past() {
  std::erase_if(copy_.rules, [&](const domain::CopyRule& rule) {
    if (!rule.refused || !rule.id.empty()) return false;
    return std::ranges::none_of(wish_.rules, [&](const domain::Record& wished) {
      return wished.at("type") == json::value(rule.type) && domain::rule_direction(wished) == rule.direction;
    });
  });
}

// The wish without what would harm a network that bears the copy; what is left out is kept as refused. It is judged
// anew each time: networks come and go.
base::Awaitable<domain::PolicyWish> CopySync::harmless_wish() {
  domain::PolicyWish wish = wish_;
  std::erase_if(copy_.rules, [](const domain::CopyRule& rule) {
    return rule.id.empty() && (!rule.refused || rule.because == Because::harm);
  });
  const bool guarantees = std::ranges::any_of(
      wish.rules, [](const domain::Record& rule) { return needs_physical_network(domain::rule_type(rule)); });
  if (!guarantees || pod_.pod().embedded) co_return wish;
  const std::optional<Bearer> harmed = co_await find_harmed(
      context_, pod_, copy_, expect_guarantees() ? save_ : std::function<void(storage::Connection&)>());
  if (harmed) leave_out(wish, *harmed);
  co_return wish;
}

// Notes in the copy which guarantees are about to be sent. False: none is.
bool CopySync::expect_guarantees() {
  bool some = false;
  for (const domain::Record& wished : wish_.rules) {
    if (!needs_physical_network(domain::rule_type(wished))) continue;
    domain::CopyRule coming{domain::rule_type(wished), domain::rule_direction(wished), "", {}, false, ""};
    const auto there = std::ranges::find_if(copy_.rules, [&](const domain::CopyRule& rule) {
      return rule.type == coming.type && rule.direction == coming.direction;
    });
    if (there != copy_.rules.end()) {
      if (!there->id.empty() || there->values == domain::rule_body(wished)) continue;
      copy_.rules.erase(there);
    }
    copy_.rules.push_back(std::move(coming));
    some = true;
  }
  return some;
}

// What stands in the pod stays, unless the network has been confirmed to bear it: then somebody's ports fail already.
void CopySync::leave_out(domain::PolicyWish& wish, const Bearer& harmed) {
  std::erase_if(wish.rules, [&](const domain::Record& wished) {
    domain::CopyRule rule{domain::rule_type(wished),
                          domain::rule_direction(wished),
                          "",
                          domain::rule_body(wished),
                          true,
                          "not sent: the pod's network " + harmed.local_id +
                              " has no physical network, and every new port of it would be refused",
                          Because::harm};
    if (!needs_physical_network(rule.type)) return false;
    const auto same = [&](const domain::CopyRule& other) {
      return other.type == rule.type && other.direction == rule.direction;
    };
    const bool stands = std::ranges::any_of(
        copy_.rules, [&](const domain::CopyRule& other) { return same(other) && !other.id.empty(); });
    if (stands && !harmed.confirmed) return false;
    std::erase_if(copy_.rules, [&](const domain::CopyRule& other) { return same(other) && other.id.empty(); });
    copy_.rules.push_back(std::move(rule));
    return true;
  });
}

domain::CopyRule& CopySync::rule_of(const domain::Step& step) {
  return *std::ranges::find(copy_.rules, step.rule_id, &domain::CopyRule::id);
}

}  // namespace tricircle::xjob
