// Policies of a pod that become central ones or the copies of such, and the association of what bears them. The pod has
// all of it already: rows are written as confirmed, and no job is made.
#include "api/associations.hpp"
#include "api/columns.hpp"
#include "api/import_apply.hpp"
#include "api/objects.hpp"
#include "api/rule_rows.hpp"
#include "api/sharing.hpp"
#include "base/ids.hpp"
#include "xjob/adoption.hpp"
#include "xjob/central_policy.hpp"
#include "xjob/import_seen.hpp"
#include "xjob/imports.hpp"
#include "xjob/policy_versions.hpp"

#include <vector>

namespace tricircle::api {
namespace {

using domain::Record;
using storage::Connection;

void insert_policy(Connection& db, const std::string& id, const xjob::PolicyContent& content, base::Micros now) {
  const domain::Resource& policies = domain::policy_resource();
  Record policy = content.attributes;
  policy["id"] = id;
  policy["project_id"] = content.project_id;
  policy["is_default"] = false;
  insert_object(db, policies, policy, now);
  if (flag_in(policy, "shared")) share_with_all(db, policies, id, content.project_id);
  for (const domain::CopyRule& copied : content.rules) {
    Record rule = copied.values;
    rule["id"] = base::new_uuid();
    rule["qos_policy_id"] = id;
    rule["type"] = copied.type;
    insert_rule(db, *domain::find_rule_type(copied.type), rule);
  }
  xjob::keep_version(db, id, now);
}

// Of the centre's policy as it stands now.
std::string key_of(const xjob::CentralPolicy& policy) {
  std::vector<domain::CopyRule> rules;
  for (const Record& rule : policy.wish.rules)
    rules.push_back({domain::rule_type(rule), domain::rule_direction(rule), "", domain::rule_body(rule), false, ""});
  return xjob::key_of(policy.wish.attributes, rules);
}

// Somebody has made one since the plan: which of the two is right is the operator's to say. (Those of the plan itself
// may well be several.)
bool has_new_namesake(Connection& db, const ImportStep& step, const xjob::PolicyContent& content) {
  const std::string name = text_in(content.attributes, "name");
  if (name.empty()) return false;
  return !db.execute(
                "SELECT id FROM qos_policies WHERE project_id = ? AND name = ? AND id NOT IN (SELECT central_id FROM "
                "import_items WHERE import_id = ? AND resource_type = 'policy') LIMIT 1",
                {content.project_id, name, step.import_id})
              .empty();
}

// What an object bears in one pod, and is to be confirmed there.
struct Borne {
  std::string pod_id;
  std::string backing;
};

}  // namespace

std::string import_policy(Connection& db, const ImportStep& step, base::Micros now) {
  const xjob::PolicyContent content = xjob::policy_content_of(step.content);
  meet_policy(db, step.central_id);
  std::optional<xjob::CentralPolicy> policy = xjob::find_central_policy(db, step.central_id);
  if (xjob::is_our_copy(db, step.local_id, step.pod_id)) return "it has become a copy of ours meanwhile";
  if (!policy) {
    if (step.action == xjob::kLink) return "the central policy is gone";
    if (has_new_namesake(db, step, content)) return "the centre has got a policy of its name meanwhile";
    insert_policy(db, step.central_id, content, now);
    policy = xjob::find_central_policy(db, step.central_id);
  }
  if (policy->project_id != content.project_id || key_of(*policy) != xjob::key_of(content.attributes, content.rules))
    return "the central policy has changed meanwhile";
  if (!xjob::adopt_copy(db, step.central_id, step.pod_id, step.local_id, content.attributes, content.rules, now))
    return "the central policy has got a copy there meanwhile";
  return {};
}

std::string import_association(Connection& db, const ImportStep& step, base::Micros now) {
  const domain::Resource& resource = step.type == xjob::kNetwork ? domain::network_resource() : domain::port_resource();
  if (!meet_policy(db, step.policy_id)) return "the central policy is not there";
  db.execute("UPDATE " + std::string(resource.table) + " SET met = met + 1 WHERE id = ?", {step.central_id});
  const std::optional<Record> object = find_object(db, resource, step.central_id);
  if (!object) return "the centre does not have it";
  if (!text_in(*object, "qos_policy_id").empty()) return "the centre wishes a policy for it meanwhile";
  const auto routings = db.execute(
      "SELECT r.pod_id, o.policy_id, o.detail FROM resource_routings r LEFT JOIN import_objects o ON o.import_id = ? "
      "AND o.pod_id = r.pod_id AND o.resource_type = r.resource_type AND o.local_id = r.local_id WHERE r.central_id = "
      "? "
      "AND r.resource_type = ?",
      {step.import_id, step.central_id, step.type});
  std::vector<Borne> all;
  for (const storage::Row& row : routings.rows()) {
    const std::string pod = row.text("pod_id");
    if (xjob::policy_of_copy(db, pod, row.text("policy_id")) != step.policy_id)
      return "it does not bear this policy in each of its regions";
    if (!xjob::is_untouched(db, step.type, step.central_id, pod)) return "XJob is at work on it";
    all.push_back({pod, row.text("detail")});
  }
  if (all.empty()) return "the centre knows it in no region";
  update_object(db, resource, step.central_id, {{"qos_policy_id", step.policy_id}}, now);
  db.execute("UPDATE " + std::string(resource.table) + " SET intent = intent + 1 WHERE id = ?", {step.central_id});
  const std::int64_t intent = number_in(find_object(db, resource, step.central_id).value(), "intent");
  for (const Borne& one : all) {
    xjob::confirm_binding(db,
                          {step.type, step.central_id, one.pod_id, text_in(*object, "project_id"), step.policy_id,
                           intent, xjob::kInSync, ""},
                          one.backing, now);
  }
  return {};
}

}  // namespace tricircle::api
