#include "api/rollback.hpp"

#include "api/associations.hpp"
#include "api/columns.hpp"
#include "api/objects.hpp"
#include "api/rule_rows.hpp"
#include "api/sharing.hpp"
#include "base/ids.hpp"
#include "domain/errors.hpp"
#include "domain/qos_plan.hpp"
#include "xjob/intents.hpp"

#include <algorithm>

namespace tricircle::api {
namespace {

using domain::Record;
using domain::RuleType;
using storage::Connection;

bool same_place(const Record& one, const Record& other) {
  return domain::rule_type(one) == domain::rule_type(other) &&
         domain::rule_direction(one) == domain::rule_direction(other);
}

const Record* at_place(const std::vector<Record>& rules, const Record& wanted) {
  const auto found = std::ranges::find_if(rules, [&](const Record& rule) { return same_place(rule, wanted); });
  return found == rules.end() ? nullptr : &*found;
}

// True: the rule's attributes are those of the older version.
bool is_as(const Record& rule, const Record& old) {
  return std::ranges::all_of(old, [&](const auto& entry) { return rule.at(entry.key()) == entry.value(); });
}

class RuleSet {
 public:
  RuleSet(Connection& db, const std::string& policy_id, const std::vector<Record>& wanted)
      : db_(db), policy_id_(policy_id), wanted_(wanted), present_(rules_of(db, {policy_id})) {}

  // False: there is nothing to change.
  bool bring_back() {
    for (const Record& old : wanted_) after_.push_back(brought_back(old));
    for (const Record& rule : after_) type_of(rule).conflict(policy_id_, rule, after_);
    bool some = false;
    for (const Record& rule : present_) some |= removed(rule);
    for (const Record& rule : after_) some |= written(rule);
    return some;
  }

 private:
  static const RuleType& type_of(const Record& rule) { return *domain::find_rule_type(domain::rule_type(rule)); }

  // The rule with the id that it has, or with a new one.
  Record brought_back(const Record& old) const {
    const Record* there = at_place(present_, old);
    Record rule = there == nullptr ? Record{{"id", base::new_uuid()}, {"qos_policy_id", policy_id_}} : *there;
    for (const auto& entry : old) rule.insert_or_assign(entry.key(), entry.value());
    return rule;
  }

  void check(const RuleType& type) const {
    if (type.placement != nullptr) refuse_guarantee_in_use(db_, policy_id_);
  }

  bool removed(const Record& rule) const {
    if (at_place(wanted_, rule) != nullptr) return false;
    check(type_of(rule));
    delete_rule(db_, text_in(rule, "id"));
    return true;
  }

  bool written(const Record& rule) const {
    const RuleType& type = type_of(rule);
    const Record* there = at_place(present_, rule);
    if (there != nullptr && is_as(*there, rule)) return false;
    check(type);
    if (there != nullptr) {
      update_rule(db_, type, rule);
    } else {
      check_users_support(db_, policy_id_, type.type);
      insert_rule(db_, type, rule);
    }
    return true;
  }

  Connection& db_;
  const std::string& policy_id_;
  const std::vector<Record>& wanted_;
  const std::vector<Record> present_;
  std::vector<Record> after_;
};

void share(Connection& db, const Record& policy, bool shared) {
  const std::string id = text_in(policy, "id");
  const std::string everyone(domain::kEveryone);
  if (shared) return share_with_all(db, domain::policy_resource(), id, text_in(policy, "project_id"));
  if (someone_loses(db, domain::policy_resource(), policy, everyone)) throw domain::rbac_policy_in_use(id, everyone);
  stop_sharing_with_all(db, domain::policy_resource(), id);
}

// False: there is nothing to change.
bool bring_back_attributes(Connection& db, const Record& policy, const Record& wanted, base::Micros now) {
  Record changes;
  for (const auto& entry : wanted) {
    if (policy.at(entry.key()) != entry.value()) changes.insert_or_assign(entry.key(), entry.value());
  }
  if (changes.empty()) return false;
  if (const auto* shared = changes.if_contains("shared")) {
    share(db, policy, shared->as_bool());
    changes.erase("shared");
  }
  if (!changes.empty()) update_object(db, domain::policy_resource(), text_in(policy, "id"), changes, now);
  return true;
}

}  // namespace

void roll_back(Connection& db, const std::string& policy_id, const xjob::PolicyVersion& version,
               const engine::Cause& cause) {
  meet_policy(db, policy_id);
  const std::optional<Record> policy = find_object(db, domain::policy_resource(), policy_id);
  if (!policy) throw domain::not_found(domain::policy_resource(), policy_id);
  const std::string project = text_in(*policy, "project_id");
  if (bring_back_attributes(db, *policy, version.content.attributes, cause.at))
    xjob::policy_changed(db, policy_id, project, cause);
  if (RuleSet(db, policy_id, version.content.rules).bring_back()) {
    db.execute("UPDATE qos_policies SET revision_number = revision_number + 1, updated_at = ? WHERE id = ?",
               {cause.at, policy_id});
    xjob::rules_changed(db, policy_id, project, cause);
  }
  xjob::keep_version(db, policy_id, cause);
}

}  // namespace tricircle::api
