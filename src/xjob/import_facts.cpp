#include "xjob/import_facts.hpp"

#include "xjob/imports.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

constexpr char kSeen[] =
    "SELECT o.local_id, o.name, o.network_id, o.policy_id, o.detail, o.fault, coalesce(r.central_id, '') AS known_as, "
    "t.id AS taken, coalesce(w.qos_policy_id, '') AS wish, b.central_id AS bound FROM import_objects o LEFT JOIN "
    "resource_routings r ON r.pod_id = o.pod_id AND r.resource_type = o.resource_type AND r.local_id = o.local_id ";
constexpr char kOfOnePod[] = "WHERE o.import_id = ? AND o.pod_id = ? AND o.resource_type = ? ORDER BY o.local_id";

std::vector<FoundObject> found_objects(Connection& db, const std::string& import_id, const std::string& pod_id,
                                       const std::string& type) {
  const std::string table = object_table(type);
  const auto seen = db.execute(
      kSeen +
          ("LEFT JOIN " + table + " t ON t.id = o.local_id LEFT JOIN " + table +
           " w ON w.id = r.central_id LEFT JOIN bindings b ON b.resource_type = o.resource_type AND b.central_id = "
           "r.central_id AND b.pod_id = o.pod_id ") +
          kOfOnePod,
      {import_id, pod_id, type});
  std::vector<FoundObject> objects;
  for (const storage::Row& row : seen.rows())
    objects.push_back({type, row.text("local_id"), row.text("name"), row.text("network_id"), row.text("policy_id"),
                       row.text("detail"), row.text("fault"), row.text("known_as"), !row.is_null("taken"),
                       row.text("wish"), !row.is_null("bound"), false});
  return objects;
}

std::vector<FoundObject> found_subnets(Connection& db, const std::string& import_id, const std::string& pod_id) {
  const auto seen = db.execute(
      std::string("SELECT o.local_id, o.name, o.network_id, o.detail, o.fault, t.id AS taken FROM import_objects o "
                  "LEFT JOIN subnets t ON t.id = o.local_id ") +
          kOfOnePod,
      {import_id, pod_id, kSubnet});
  std::vector<FoundObject> subnets;
  for (const storage::Row& row : seen.rows()) {
    FoundObject subnet;
    subnet.type = kSubnet;
    subnet.local_id = row.text("local_id");
    subnet.name = row.text("name");
    subnet.network_id = row.text("network_id");
    subnet.detail = row.text("detail");
    subnet.fault = row.text("fault");
    subnet.taken = !row.is_null("taken");
    subnets.push_back(std::move(subnet));
  }
  return subnets;
}

std::vector<FoundPolicy> found_policies(Connection& db, const std::string& import_id, const std::string& pod_id) {
  std::map<std::string, std::vector<std::string>> shared_with;
  const auto entries = db.execute(
      "SELECT policy_id, detail FROM import_objects WHERE import_id = ? AND pod_id = ? AND resource_type = ? AND "
      "detail <> '*' ORDER BY detail",
      {import_id, pod_id, kRbac});
  for (const storage::Row& row : entries.rows()) shared_with[row.text("policy_id")].push_back(row.text("detail"));
  const auto seen = db.execute(
      "SELECT o.local_id, o.name, o.content, o.fault, coalesce(r.central_id, '') AS known_as FROM import_objects o "
      "LEFT JOIN resource_routings r ON r.pod_id = o.pod_id AND r.resource_type = 'qos_policy' AND r.local_id = "
      "o.local_id "
      "WHERE o.import_id = ? AND o.pod_id = ? AND o.resource_type = ? ORDER BY o.local_id",
      {import_id, pod_id, kPolicy});
  std::vector<FoundPolicy> policies;
  for (const storage::Row& row : seen.rows())
    policies.push_back({row.text("local_id"), row.text("name"), row.text("content"), row.text("fault"),
                        row.text("known_as"), shared_with[row.text("local_id")]});
  return policies;
}

}  // namespace

ImportFacts read_import_facts(Connection& db, const std::string& import_id) {
  ImportFacts facts{import_id, false, false, {}, {}};
  const auto import = db.execute("SELECT networks, policies, chosen FROM imports WHERE id = ?", {import_id});
  if (import.empty()) return facts;
  facts.networks = import.front().boolean("networks");
  facts.policies = import.front().boolean("policies");
  const boost::json::value chosen = boost::json::parse(import.front().text("chosen"));
  for (const boost::json::value& id : chosen.as_array()) facts.chosen.push_back(boost::json::value_to<std::string>(id));
  const auto pods = db.execute(
      "SELECT p.pod_id, p.region_name FROM import_pods i JOIN pods p ON p.pod_id = i.pod_id WHERE i.import_id = ? "
      "ORDER BY p.region_name",
      {import_id});
  for (const storage::Row& row : pods.rows()) {
    const std::string pod = row.text("pod_id");
    facts.pods.push_back({pod, row.text("region_name"), found_objects(db, import_id, pod, kNetwork),
                          found_subnets(db, import_id, pod), found_objects(db, import_id, pod, kPort),
                          found_policies(db, import_id, pod)});
  }
  return facts;
}

}  // namespace tricircle::xjob
