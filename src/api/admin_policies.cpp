// /v1.0/policies/ID: whether drift of a policy is put right or only shown; its last versions, and the way back to one.
#include "api/admin_support.hpp"
#include "api/rollback.hpp"
#include "base/ids.hpp"
#include "xjob/changes.hpp"
#include "xjob/drift.hpp"
#include "xjob/policy_versions.hpp"

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

base::Error no_policy(const std::string& id) {
  return admin_error(ErrorKind::not_found, "Policy " + id + " not found.");
}

json::object shown_policy(Connection& db, const std::string& id) {
  const auto found = db.execute("SELECT id, on_drift FROM qos_policies WHERE id = ?", {id});
  if (found.empty()) throw no_policy(id);
  return {{"policy", {{"id", id}, {"on_drift", found.front().text("on_drift")}}}};
}

http::Response update_policy(AdminCall& call) {
  const json::object given = admin_body(call, "policy");
  const std::string answer = text_field(given, "on_drift");
  if (given.size() != 1 || (answer != xjob::kEnforce && answer != xjob::kReport))
    throw admin_error(ErrorKind::bad_request, "on_drift must be given, as enforce or report, and nothing else.");
  json::object body;
  call.database.write([&](Connection& db) {
    db.execute("UPDATE qos_policies SET on_drift = ? WHERE id = ?", {answer, call.id()});
    body = shown_policy(db, call.id());
  });
  return json_response(200, body);
}

// Its owner may see what it was.
std::string readable_project(Connection& db, const AdminCall& call) {
  const auto found = db.execute("SELECT project_id FROM qos_policies WHERE id = ?", {call.id()});
  const std::string project = found.empty() ? std::string() : found.front().text("project_id");
  if (found.empty() || (!call.caller.admin() && project != call.caller.project_id())) throw no_policy(call.id());
  return project;
}

json::object shown_version(const xjob::PolicyVersion& version) {
  json::object shown{{"version", version.version},
                     {"created_at", base::iso_time(version.created_at)},
                     {"change_id", version.change_id.empty() ? json::value(nullptr) : json::value(version.change_id)}};
  for (const auto& entry : version.content.attributes) shown[entry.key()] = entry.value();
  json::array rules;
  for (const domain::Record& rule : version.content.rules) rules.push_back(rule);
  shown["rules"] = std::move(rules);
  return shown;
}

http::Response list_versions(AdminCall& call) {
  json::array versions;
  call.database.read([&](Connection& db) {
    versions.clear();
    readable_project(db, call);
    for (const xjob::PolicyVersion& version : xjob::versions_of(db, call.id()))
      versions.push_back(shown_version(version));
  });
  return json_response(200, json::object{{"versions", std::move(versions)}});
}

std::int64_t version_asked_for(const AdminCall& call) {
  const json::object given = admin_body(call, "rollback");
  const json::value* version = given.if_contains("version");
  if (given.size() != 1 || version == nullptr || !version->is_int64())
    throw admin_error(ErrorKind::bad_request, "version must be given, as a whole number, and nothing else.");
  return version->get_int64();
}

http::Response roll_back(AdminCall& call) {
  const std::int64_t wanted = version_asked_for(call);
  const engine::Cause cause(call.now, base::new_uuid());
  json::object body;
  call.database.write([&](Connection& db) {
    const std::string project = readable_project(db, call);
    const auto version = xjob::find_version(db, call.id(), wanted);
    if (!version)
      throw admin_error(ErrorKind::not_found,
                        "Policy " + call.id() + " has no version " + std::to_string(wanted) + ".");
    xjob::keep_change(
        db, {cause.change_id, project, "policy", call.id(), "updated", call.now, call.caller.credentials.user_id});
    api::roll_back(db, call.id(), *version, cause);
    body["version"] = shown_version(xjob::versions_of(db, call.id()).front());
  });
  call.committed();
  http::Response response = json_response(200, body);
  response.headers["X-Tricircle-Change"] = cause.change_id;
  return response;
}

http::Response below_a_policy(AdminCall& call) {
  const std::string& what = call.path[2];
  const std::string& method = call.request.method;
  const base::Error unknown = admin_error(ErrorKind::method_not_allowed, "Method " + method + " is not known here.");
  if (what == "versions") {
    if (method != "GET") throw unknown;
    return list_versions(call);
  }
  if (what != "rollback") throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  if (method != "POST") throw unknown;
  admins_only(call, "policies");
  return roll_back(call);
}

}  // namespace

http::Response handle_policies(AdminCall& call) {
  if (call.path.size() == 3) return below_a_policy(call);
  admins_only(call, "policies");
  if (call.path.size() != 2) throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  if (call.request.method == "PUT") return update_policy(call);
  if (call.request.method != "GET")
    throw admin_error(ErrorKind::method_not_allowed, "Method " + call.request.method + " is not known here.");
  json::object body;
  call.database.read([&](Connection& db) { body = shown_policy(db, call.id()); });
  return json_response(200, body);
}

}  // namespace tricircle::api
