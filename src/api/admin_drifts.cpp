// /v1.0/drifts: what audits found changed by hand. /v1.0/audits: how far they are, and one on demand.
#include "api/admin_support.hpp"
#include "storage/sql.hpp"
#include "xjob/audit.hpp"

#include <algorithm>
#include <charconv>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

json::value time_or_null(const storage::Row& row, std::string_view column) {
  const auto time = row.optional_integer(column);
  return time ? json::value(base::iso_time(*time)) : json::value(nullptr);
}

constexpr std::string_view kDriftTexts[] = {"pod_id",    "region_name", "resource_type", "central_id", "local_id",
                                            "policy_id", "project_id",  "found",         "pod_says",   "on_drift"};
constexpr std::string_view kDriftFilters[] = {"pod_id",    "region_name", "resource_type", "central_id",
                                              "policy_id", "project_id",  "on_drift"};

json::object shown_drift(const storage::Row& row) {
  json::object drift{{"id", row.integer("id")}};
  for (const std::string_view name : kDriftTexts) drift[name] = row.text(name);
  drift["found_at"] = time_or_null(row, "found_at");
  drift["ended_at"] = time_or_null(row, "ended_at");
  return drift;
}

bool truth_of(const std::string& name, const std::string& value) {
  if (value == "true" || value == "True") return true;
  if (value == "false" || value == "False") return false;
  throw admin_error(ErrorKind::bad_request, name + " must be true or false.");
}

RowFilter drift_filter(const AdminCall& call) {
  RowFilter filter;
  for (const auto& [name, value] : call.request.query) {
    if (name == "limit" || name == "marker") continue;
    if (name == "open") {
      filter.add(truth_of(name, value) ? "ended_at IS NULL" : "ended_at IS NOT NULL", {});
    } else if (std::ranges::find(kDriftFilters, name) != std::end(kDriftFilters)) {
      filter.add(name + " = ?", {value});
    } else {
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
    }
  }
  const std::string marker = call.query("marker");
  if (marker.empty()) return filter;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(marker.data(), marker.data() + marker.size(), id);
  if (error != std::errc() || end != marker.data() + marker.size())
    throw admin_error(ErrorKind::bad_request, "marker must be the id of a drift.");
  filter.add("id < ?", {id});
  return filter;
}

http::Response list_drifts(AdminCall& call) {
  const std::int64_t limit = page_limit(call);
  RowFilter filter = drift_filter(call);
  filter.values.emplace_back(limit + 1);
  json::object body;
  call.database.read([&](Connection& db) {
    body.clear();
    const auto found = db.execute(
        "SELECT * FROM (SELECT d.id, d.pod_id, coalesce(p.region_name, '') AS region_name, d.resource_type, "
        "d.central_id, d.local_id, d.policy_id, d.project_id, d.found, d.pod_says, d.on_drift, d.found_at, d.ended_at "
        "FROM drifts d LEFT JOIN pods p ON p.pod_id = d.pod_id) AS x" +
            filter.where + " ORDER BY id DESC LIMIT ?",
        filter.values);
    json::array drifts;
    std::int64_t last = 0;
    for (const storage::Row& row : found.rows()) {
      if (drifts.size() == static_cast<std::size_t>(limit)) break;
      drifts.push_back(shown_drift(row));
      last = row.integer("id");
    }
    if (found.rows().size() > drifts.size()) body["drifts_links"] = next_links(call, std::to_string(last));
    body["drifts"] = std::move(drifts);
  });
  return json_response(200, body);
}

// Of each pod the audit that is under way, or the last.
json::array find_audits(Connection& db, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT p.pod_id, p.region_name, coalesce(a.ended, 0) AS ended, a.started_at, a.ended_at, coalesce(a.calls, 0) "
      "AS calls, coalesce(a.looked, 0) "
      "AS looked, coalesce(a.found, 0) AS found, l.due_at, coalesce(l.attempts, 0) AS attempts FROM pods p LEFT JOIN "
      "audits a ON a.pod_id = p.pod_id LEFT JOIN lanes l ON l.pod_id = p.pod_id AND l.kind = 'audit' AND l.object_id "
      "= p.pod_id WHERE p.az_name <> '' AND ? IN ('', p.pod_id) ORDER BY p.region_name",
      {pod_id});
  json::array audits;
  for (const storage::Row& row : found.rows()) {
    audits.push_back(json::object{{"pod_id", row.text("pod_id")},
                                  {"region_name", row.text("region_name")},
                                  {"audits", row.integer("ended")},
                                  {"started_at", time_or_null(row, "started_at")},
                                  {"ended_at", time_or_null(row, "ended_at")},
                                  {"calls", row.integer("calls")},
                                  {"looked_at", row.integer("looked")},
                                  {"found", row.integer("found")},
                                  {"attempts", row.integer("attempts")},
                                  {"due_at", time_or_null(row, "due_at")}});
  }
  return audits;
}

json::object one_audit(Connection& db, const std::string& pod_id) {
  json::array audits = find_audits(db, pod_id);
  if (audits.empty() || pod_id.empty()) throw admin_error(ErrorKind::not_found, "Pod " + pod_id + " not found.");
  return {{"audit", audits[0]}};
}

http::Response audit_now(AdminCall& call) {
  const std::string pod_id = text_field(admin_body(call, "audit"), "pod_id");
  json::object body;
  call.database.write([&](Connection& db) {
    one_audit(db, pod_id);
    xjob::ask_for_audit(db, pod_id, call.now);
    body = one_audit(db, pod_id);
  });
  call.committed();
  return json_response(202, body);
}

template <typename F>
http::Response answer_of(AdminCall& call, F find) {
  json::object body;
  call.database.read([&](Connection& db) { body = find(db); });
  return json_response(200, body);
}

}  // namespace

http::Response handle_drifts(AdminCall& call) {
  admins_only(call, "drifts");
  if (call.path.size() > 1) throw nothing_at(call);
  if (call.request.method != "GET") throw unknown_method(call);
  return list_drifts(call);
}

http::Response handle_audits(AdminCall& call) {
  admins_only(call, "audits");
  const std::string& method = call.request.method;
  if (call.path.size() > 2) throw nothing_at(call);
  if (call.path.size() == 2) {
    if (method != "GET") throw unknown_method(call);
    return answer_of(call, [&](Connection& db) { return one_audit(db, call.id()); });
  }
  if (method == "POST") return audit_now(call);
  if (method != "GET") throw unknown_method(call);
  return answer_of(call, [&](Connection& db) { return json::object{{"audits", find_audits(db, "")}}; });
}

}  // namespace tricircle::api
