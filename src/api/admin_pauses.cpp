// /v1.0/pauses: pods and policies that an operator has paused.
#include "api/admin_support.hpp"
#include "engine/pause.hpp"
#include "xjob/copies.hpp"

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

json::object shown(const engine::Pause& pause) {
  return {{"kind", pause.kind}, {"id", pause.id}, {"since", base::iso_time(pause.since)}};
}

http::Response list(AdminCall& call) {
  json::array pauses;
  call.database.read([&](Connection& db) {
    pauses.clear();
    for (const engine::Pause& pause : engine::pauses(db)) pauses.push_back(shown(pause));
  });
  return json_response(200, json::object{{"pauses", std::move(pauses)}});
}

bool exists(Connection& db, const std::string& kind, const std::string& id) {
  if (kind == engine::kPodPause) return xjob::find_pod(db, id).has_value();
  return !db.execute("SELECT id FROM qos_policies WHERE id = ?", {id}).empty();
}

http::Response pause(AdminCall& call, const std::string& kind, const std::string& id) {
  json::object body;
  call.database.write([&](Connection& db) {
    if (!exists(db, kind, id))
      throw admin_error(ErrorKind::not_found, (kind == engine::kPodPause ? "Pod " : "Policy ") + id + " not found.");
    engine::pause(db, kind, id, call.now);
    for (const engine::Pause& one : engine::pauses(db)) {
      if (one.kind == kind && one.id == id) body["pause"] = shown(one);
    }
  });
  return json_response(200, body);
}

// What was deleted while it was paused can be let go too.
http::Response resume(AdminCall& call, const std::string& kind, const std::string& id) {
  call.database.write([&](Connection& db) {
    if (!engine::resume(db, kind, id)) throw admin_error(ErrorKind::not_found, kind + " " + id + " is not paused.");
  });
  call.committed();
  return json_response(200, json::object{});
}

}  // namespace

http::Response handle_pauses(AdminCall& call) {
  if (!call.caller.admin()) throw admin_error(ErrorKind::forbidden, "Admin rights are required to work with pauses.");
  const std::string& method = call.request.method;
  if (call.path.size() == 1) {
    if (method == "GET") return list(call);
    throw admin_error(ErrorKind::method_not_allowed, "Method " + method + " is not known here.");
  }
  const std::string& kind = call.path[1];
  if (call.path.size() != 3 || (kind != engine::kPodPause && kind != xjob::kPolicyLane))
    throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  if (method == "PUT") return pause(call, kind, call.path[2]);
  if (method == "DELETE") return resume(call, kind, call.path[2]);
  throw admin_error(ErrorKind::method_not_allowed, "Method " + method + " is not known here.");
}

}  // namespace tricircle::api
