#include "api/sharing.hpp"

#include "api/columns.hpp"
#include "base/ids.hpp"
#include "storage/sql.hpp"

#include <algorithm>
#include <set>

namespace tricircle::api {
namespace {

using domain::Record;
using domain::Resource;
using storage::Connection;

std::string type_of(const Resource& resource) {
  return std::string(domain::rbac_type(resource));
}

std::set<std::string> projects(const storage::Result& result) {
  std::set<std::string> found;
  for (const storage::Row& row : result.rows()) found.insert(row.text("project_id"));
  return found;
}

// The projects of what hangs on the object.
std::set<std::string> users_of(Connection& db, const Resource& resource, const std::string& id) {
  if (&resource == &domain::network_resource())
    return projects(db.execute("SELECT DISTINCT project_id FROM ports WHERE network_id = ?", {id}));
  return projects(
      db.execute("SELECT project_id FROM networks WHERE qos_policy_id = ? UNION SELECT project_id FROM ports WHERE "
                 "qos_policy_id = ?",
                 {id, id}));
}

std::set<std::string> shared_with(Connection& db, const Resource& resource, const std::string& id) {
  return projects(
      db.execute("SELECT target_tenant AS project_id FROM rbac_policies WHERE object_type = ? AND object_id = ? AND "
                 "action = ?",
                 {type_of(resource), id, std::string(domain::kAsShared)}));
}

std::set<std::string> shared_with_caller(Connection& db, const Resource& resource, const Caller& caller,
                                         const std::set<std::string>& ids) {
  std::vector<storage::Value> parameters{type_of(resource), std::string(domain::kAsShared), caller.project_id()};
  parameters.insert(parameters.end(), ids.begin(), ids.end());
  const storage::Result found = db.execute(
      "SELECT object_id FROM rbac_policies WHERE object_type = ? AND action = ? AND target_tenant IN ('*', ?) AND "
      "object_id IN (" +
          storage::placeholders(ids.size()) + ")",
      parameters);
  std::set<std::string> shared;
  for (const storage::Row& row : found.rows()) shared.insert(row.text("object_id"));
  return shared;
}

}  // namespace

Condition given_to(const Resource& resource, const std::string& project, std::string_view action) {
  Condition condition{"id IN (SELECT object_id FROM rbac_policies WHERE object_type = ? AND target_tenant IN ('*', ?)",
                      {type_of(resource), project}};
  if (!action.empty()) {
    condition.sql += " AND action = ?";
    condition.parameters.emplace_back(std::string(action));
  }
  condition.sql += ")";
  return condition;
}

void add_shared(Connection& db, const Resource& resource, const Caller& caller, std::span<Record> records) {
  std::set<std::string> ids;
  for (const Record& record : records) ids.insert(text_in(record, "id"));
  const std::set<std::string> shared = shared_with_caller(db, resource, caller, ids);
  for (Record& record : records) record["shared"] = shared.contains(text_in(record, "id"));
}

void add_network_facts(Connection& db, const Caller& caller, std::span<Record> records) {
  std::set<std::string> ids;
  for (const Record& record : records) ids.insert(text_in(record, "network_id"));
  const std::set<std::string> shared = shared_with_caller(db, domain::network_resource(), caller, ids);
  const storage::Result networks =
      db.execute("SELECT id, project_id, \"router:external\" AS external FROM networks WHERE id IN (" +
                     storage::placeholders(ids.size()) + ")",
                 std::vector<storage::Value>(ids.begin(), ids.end()));
  for (const storage::Row& row : networks.rows()) {
    const std::string id = row.text("id");
    for (Record& record : records) {
      if (text_in(record, "network_id") != id) continue;
      record["network:project_id"] = row.text("project_id");
      record["network:router:external"] = row.boolean("external");
      record["network:shared"] = shared.contains(id);
    }
  }
}

void share_with_all(Connection& db, const Resource& resource, const std::string& id, const std::string& project_id,
                    std::string_view action) {
  storage::insert_if_absent(db, "rbac_policies",
                            {{"id", base::new_uuid()},
                             {"project_id", project_id},
                             {"object_type", type_of(resource)},
                             {"object_id", id},
                             {"target_tenant", std::string(domain::kEveryone)},
                             {"action", std::string(action)}});
}

void stop_sharing_with_all(Connection& db, const Resource& resource, const std::string& id) {
  db.execute("DELETE FROM rbac_policies WHERE object_type = ? AND object_id = ? AND target_tenant = ? AND action = ?",
             {type_of(resource), id, std::string(domain::kEveryone), std::string(domain::kAsShared)});
}

void stop_being_external(Connection& db, const std::string& network_id) {
  db.execute("DELETE FROM rbac_policies WHERE object_type = 'network' AND object_id = ? AND action = ?",
             {network_id, std::string(domain::kAsExternal)});
}

void stop_sharing(Connection& db, const Resource& resource, const std::string& id) {
  db.execute("DELETE FROM rbac_policies WHERE object_type = ? AND object_id = ?", {type_of(resource), id});
}

bool someone_loses(Connection& db, const Resource& resource, const Record& object, const std::string& target) {
  const std::string id = text_in(object, "id");
  const std::string owner = text_in(object, "project_id");
  if (target == owner) return false;
  std::set<std::string> users = users_of(db, resource, id);
  // Neutron's way: a policy's owner loses nothing, yet counts as one who uses it.
  if (&resource == &domain::network_resource()) users.erase(owner);
  const std::set<std::string> still = shared_with(db, resource, id);
  if (target != domain::kEveryone) return !still.contains(std::string(domain::kEveryone)) && users.contains(target);
  return std::any_of(users.begin(), users.end(), [&](const std::string& user) { return !still.contains(user); });
}

}  // namespace tricircle::api
