#include "xjob/policy_versions.hpp"

#include "storage/sql.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using storage::Connection;

// One text for one content: rules have an order of their own.
std::string text_of(domain::PolicyWish wish) {
  std::ranges::sort(wish.rules, {}, [](const domain::Record& rule) {
    return domain::rule_type(rule) + ":" + domain::rule_direction(rule);
  });
  json::array rules;
  for (domain::Record& rule : wish.rules) rules.push_back(std::move(rule));
  return json::serialize(json::object{{"attributes", std::move(wish.attributes)}, {"rules", std::move(rules)}});
}

PolicyVersion version_of(const storage::Row& row) {
  const json::object content = json::parse(row.text("content")).as_object();
  PolicyVersion version{row.integer("version"),
                        {content.at("attributes").as_object(), {}},
                        row.text("change_id"),
                        row.integer("created_at")};
  for (const json::value& rule : content.at("rules").as_array()) version.content.rules.push_back(rule.as_object());
  return version;
}

constexpr char kColumns[] = "SELECT version, content, change_id, created_at FROM policy_versions WHERE policy_id = ?";

}  // namespace

void keep_version(Connection& db, const std::string& policy_id, const engine::Cause& cause) {
  const std::optional<CentralPolicy> policy = find_central_policy(db, policy_id);
  if (!policy) return;
  const std::string content = text_of(policy->wish);
  const auto last = db.execute(std::string(kColumns) + " ORDER BY version DESC LIMIT 1", {policy_id});
  std::int64_t version = 1;
  if (!last.empty()) {
    const storage::Row& row = last.front();
    version = row.integer("version");
    if (row.text("content") == content) return;
    if (!cause.change_id.empty() && row.text("change_id") == cause.change_id) {
      db.execute("UPDATE policy_versions SET content = ? WHERE policy_id = ? AND version = ?",
                 {content, policy_id, version});
      return;
    }
    ++version;
  }
  storage::insert(db, "policy_versions",
                  {{"policy_id", policy_id},
                   {"version", version},
                   {"content", content},
                   {"change_id", cause.change_id},
                   {"created_at", cause.at}});
  db.execute("DELETE FROM policy_versions WHERE policy_id = ? AND version <= ?", {policy_id, version - kKeptVersions});
}

std::vector<PolicyVersion> versions_of(Connection& db, const std::string& policy_id) {
  std::vector<PolicyVersion> versions;
  const auto found = db.execute(std::string(kColumns) + " ORDER BY version DESC", {policy_id});
  for (const storage::Row& row : found.rows()) versions.push_back(version_of(row));
  return versions;
}

std::optional<PolicyVersion> find_version(Connection& db, const std::string& policy_id, std::int64_t version) {
  const auto found = db.execute(std::string(kColumns) + " AND version = ?", {policy_id, version});
  return found.empty() ? std::nullopt : std::optional(version_of(found.front()));
}

}  // namespace tricircle::xjob
