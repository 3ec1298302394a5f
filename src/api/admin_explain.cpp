// /v1.0/explain?port=ID or ?network=ID: which policy applies there and from where, what each pod has of it, what is on
// its way, and why not. For admins, and for members of the object's project without the words of errors.
#include "api/admin_states.hpp"

#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

struct Object {
  std::string type;  // port, network
  std::string id;
  std::string project_id;
  std::string policy_id;   // its own
  std::string network_id;  // of a network: itself
};

struct Effective {
  std::string policy_id;
  std::string from;  // port, network; '' = none applies
};

Object object_of(Connection& db, const AdminCall& call) {
  const auto& query = call.request.query;
  if (query.size() != 1 || (query.front().first != "port" && query.front().first != "network"))
    throw admin_error(ErrorKind::bad_request, "Ask for ?port=ID or for ?network=ID.");
  const auto& [type, id] = query.front();
  const std::string network = type == "port" ? "network_id" : "id AS network_id";
  const auto found =
      db.execute("SELECT project_id, qos_policy_id, " + network + " FROM " + type + "s WHERE id = ?", {id});
  const bool may =
      !found.empty() && (call.caller.admin() || found.front().text("project_id") == call.caller.project_id());
  if (!may) throw admin_error(ErrorKind::not_found, (type == "port" ? "Port " : "Network ") + id + " not found.");
  const storage::Row& row = found.front();
  return {type, id, row.text("project_id"), row.text("qos_policy_id"), row.text("network_id")};
}

Effective effective_of(Connection& db, const Object& object) {
  if (!object.policy_id.empty()) return {object.policy_id, object.type};
  const auto found = db.execute("SELECT qos_policy_id FROM networks WHERE id = ?", {object.network_id});
  const std::string policy = found.empty() ? std::string() : found.front().text("qos_policy_id");
  return {policy, policy.empty() ? "" : "network"};
}

json::value shown_policy(Connection& db, const Effective& effective) {
  if (effective.policy_id.empty()) return nullptr;
  const auto found =
      db.execute("SELECT id, name, is_default, on_drift FROM qos_policies WHERE id = ?", {effective.policy_id});
  if (found.empty()) return nullptr;
  const storage::Row& row = found.front();
  return json::object{{"id", row.text("id")},
                      {"name", row.text("name")},
                      {"from", effective.from},
                      {"is_default", row.boolean("is_default")},
                      {"on_drift", row.text("on_drift")}};
}

// What is open in the lanes that matter there.
json::array open_jobs(Connection& db, const std::string& pod_id, const Object& object, const std::string& policy_id,
                      bool words) {
  const auto found = db.execute(
      "SELECT id, type, status, attempts, last_error FROM shown_jobs WHERE lane_id IN (SELECT id FROM lanes WHERE "
      "pod_id = ? AND ((kind = ? AND object_id = ?) OR (kind = 'network' AND object_id = ?) OR (kind = 'policy' AND "
      "object_id = ?))) AND finished_at IS NULL ORDER BY created_at, id",
      {pod_id, object.type, object.id, object.network_id, policy_id});
  json::array jobs;
  for (const storage::Row& row : found.rows()) {
    jobs.push_back(json::object{{"id", row.text("id")},
                                {"type", row.text("type")},
                                {"status", row.text("status")},
                                {"attempts", row.integer("attempts")},
                                {"last_error", words ? row.text("last_error") : std::string()}});
  }
  return jobs;
}

json::value first_of(json::array rows) {
  return rows.empty() ? json::value(nullptr) : std::move(rows.front());
}

json::value binding_in(Connection& db, const std::string& type, const std::string& id, const std::string& pod_id,
                       bool words) {
  RowFilter filter;
  filter.add("resource_type = ? AND central_id = ? AND pod_id = ?", {type, id, pod_id});
  return first_of(shown_bindings(db, std::move(filter), words));
}

json::value copy_in(Connection& db, const std::string& policy_id, const std::string& pod_id, bool words) {
  RowFilter filter;
  filter.add("policy_id = ? AND pod_id = ?", {policy_id, pod_id});
  return first_of(shown_copies(db, std::move(filter), words));
}

std::string state_of(const json::value& row) {
  return row.is_null() ? std::string() : json::value_to<std::string>(row.at("state"));
}

// The two rows in one word: what is less well counts.
std::string state_there(const Effective& effective, const json::value& binding, const json::value& copy) {
  if (effective.policy_id.empty()) return binding.is_null() ? "in_sync" : state_of(binding);
  if (binding.is_null()) return "pending";
  const std::string bound = state_of(binding);
  return bound == "in_sync" && !copy.is_null() ? state_of(copy) : bound;
}

json::array pods_of(Connection& db, const Object& object, const Effective& effective, bool words) {
  const auto found = db.execute(
      "SELECT r.pod_id, r.local_id, p.region_name FROM resource_routings r JOIN pods p ON p.pod_id = r.pod_id WHERE "
      "r.central_id = ? AND r.resource_type = ? ORDER BY p.region_name",
      {object.id, object.type});
  const std::string bearer = effective.from.empty() ? object.type : effective.from;
  const std::string bearer_id = bearer == "network" ? object.network_id : object.id;
  json::array pods;
  for (const storage::Row& row : found.rows()) {
    const std::string pod_id = row.text("pod_id");
    const json::value binding = binding_in(db, bearer, bearer_id, pod_id, words);
    const json::value copy = copy_in(db, effective.policy_id, pod_id, words);
    pods.push_back(json::object{{"pod_id", pod_id},
                                {"region_name", row.text("region_name")},
                                {"local_id", row.text("local_id")},
                                {"state", state_there(effective, binding, copy)},
                                {"binding", binding},
                                {"copy", copy},
                                {"jobs", open_jobs(db, pod_id, object, effective.policy_id, words)}});
  }
  return pods;
}

}  // namespace

http::Response handle_explain(AdminCall& call) {
  if (call.request.method != "GET") throw admin_error(ErrorKind::method_not_allowed, "Only GET is known here.");
  if (call.path.size() != 1) throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  json::object body;
  call.database.read([&](Connection& db) {
    const Object object = object_of(db, call);
    const Effective effective = effective_of(db, object);
    body["explain"] = json::object{
        {"resource_type", object.type},          {"id", object.id},
        {"network_id", object.network_id},       {"project_id", object.project_id},
        {"policy", shown_policy(db, effective)}, {"pods", pods_of(db, object, effective, call.caller.admin())}};
  });
  return json_response(200, body);
}

}  // namespace tricircle::api
