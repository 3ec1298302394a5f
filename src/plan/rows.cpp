#include "plan/subjects.hpp"
#include "storage/sql.hpp"
#include "xjob/copies.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace tricircle::plan {
namespace {

using storage::Connection;
using storage::Value;

constexpr std::size_t kAtOnce = 200;

// The columns that calls follow from. Of a table that is not named none count.
const std::map<std::string, std::vector<std::string_view>, std::less<>>& telling_columns() {
  static const std::map<std::string, std::vector<std::string_view>, std::less<>> columns = {
      {"pods", {"pod_id", "region_name", "neutron_url", "embedded", "leaving"}},
      {"qos_policies", {"id", "name", "description", "intent"}},
      {"rbac_policies", {"object_id", "target_tenant", "action"}},
      {"networks", {"id", "qos_policy_id", "intent"}},
      {"ports", {"id", "qos_policy_id", "intent"}},
      {"resource_routings", {"central_id", "local_id", "pod_id", "resource_type"}},
      {"copies", {"policy_id", "pod_id", "attributes", "rules", "ready", "tagged", "intent", "state"}},
      {"bindings", {"resource_type", "central_id", "pod_id", "policy_id", "intent", "state", "backing"}},
      {"pauses", {"kind", "id"}}};
  return columns;
}

class Gathering {
 public:
  explicit Gathering(Connection& db) : db_(db) {}

  void all_of(const std::string& table) { add(table, db_.execute("SELECT * FROM " + table)); }

  // Rows whose `column` is one of these, and that hold to `more`.
  void of(const std::string& table, const std::string& column, const std::vector<std::string>& among,
          const std::string& more = "") {
    select(table, "SELECT * FROM " + table + " WHERE " + column, among, more);
  }

  // Lanes that are due, held or uncertain, of the rows of `owner` (copies, resource_routings) that name them.
  void busy_lanes(const std::string& owner, const std::string& key, const std::string& kind,
                  const std::vector<std::string>& among) {
    select("lanes",
           "SELECT l.* FROM " + owner + " o JOIN lanes l ON l.pod_id = o.pod_id AND l.kind = '" + kind +
               "' AND l.object_id = o." + key + " WHERE o." + key,
           among, " AND (l.due_at IS NOT NULL OR l.worker <> '' OR l.uncertain_until <> 0)");
  }

  std::vector<Table> tables;

 private:
  void select(const std::string& table, const std::string& query, const std::vector<std::string>& among,
              const std::string& more) {
    for (std::size_t at = 0; at < among.size(); at += kAtOnce) {
      const std::size_t count = std::min(kAtOnce, among.size() - at);
      std::vector<Value> values;
      for (std::size_t i = at; i < at + count; ++i) values.emplace_back(among[i]);
      add(table, db_.execute(query + " IN (" + storage::placeholders(count) + ")" + more, values));
    }
  }

  void add(const std::string& name, const storage::Result& found) {
    if (found.empty()) return;
    const auto there = std::ranges::find(tables, name, &Table::name);
    Table& table = there == tables.end() ? tables.emplace_back(Table{name, found.columns(), {}}) : *there;
    for (const storage::Row& row : found.rows()) {
      std::vector<Value> values;
      for (const std::string& column : table.columns) values.push_back(row.value(column));
      table.rows.push_back(std::move(values));
    }
  }

  Connection& db_;
};

std::vector<std::string> ids_of(const Subjects& subjects, const std::string& type) {
  std::vector<std::string> ids;
  for (const Object& object : subjects.objects) {
    if (object.first == type) ids.push_back(object.second);
  }
  return ids;
}

std::string text_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return std::to_string(text->size()) + ":" + *text;
  return "-";
}

bool tells(const Table& table, const std::string& column) {
  if (table.name == "qos_rules") return column != "id";  // another one each time a rule is made, and means the same
  const auto known = telling_columns().find(table.name);
  return known != telling_columns().end() && std::ranges::find(known->second, column) != known->second.end();
}

}  // namespace

std::vector<Table> rows_around(Connection& db, const Subjects& all, const std::string& change_id) {
  const std::vector<std::string> policies(all.policies.begin(), all.policies.end());
  const std::vector<std::string> networks = ids_of(all, xjob::kNetwork);
  const std::vector<std::string> ports = ids_of(all, xjob::kPort);
  Gathering rows(db);
  rows.all_of("pods");
  for (const char* table : {"pauses", "circuits", "pod_checks"}) rows.all_of(table);
  rows.of("qos_policies", "id", policies);
  rows.of("qos_rules", "qos_policy_id", policies);
  rows.of("rbac_policies", "object_id", policies);
  rows.of("networks", "id", networks);
  rows.of("ports", "id", ports);
  rows.of("copies", "policy_id", policies);
  rows.of("resource_routings", "central_id", policies, " AND resource_type = 'qos_policy'");
  rows.busy_lanes("copies", "policy_id", xjob::kPolicyLane, policies);
  for (const auto& [type, ids] : {std::pair(xjob::kNetwork, &networks), std::pair(xjob::kPort, &ports)}) {
    const std::string of_type = std::string(" AND resource_type = '") + type + "'";
    rows.of("resource_routings", "central_id", *ids, of_type);
    rows.of("bindings", "central_id", *ids, of_type);
    rows.busy_lanes("resource_routings", "central_id", type, *ids);
  }
  rows.of("jobs", "change_id", {change_id});
  std::vector<std::string> parents;
  const auto own = db.execute("SELECT id FROM jobs WHERE change_id = ? AND parent", {change_id});
  for (const storage::Row& row : own.rows()) parents.push_back(row.text("id"));
  rows.of("lanes", "object_id", parents, " AND kind = 'job' AND pod_id = ''");
  return std::move(rows.tables);
}

std::string fingerprint_of(const std::vector<Table>& tables) {
  std::vector<std::string> lines;
  for (const Table& table : tables) {
    for (const std::vector<Value>& row : table.rows) {
      std::string line = table.name;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (tells(table, table.columns[i])) line += "|" + text_of(row[i]);
      }
      lines.push_back(std::move(line));
    }
  }
  std::ranges::sort(lines);
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  static const boost::uuids::uuid nothing{};
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(nothing)(all));
}

}  // namespace tricircle::plan
