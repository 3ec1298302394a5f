// /v1.0/imports: what regions had before the centre came is looked at, planned, and adopted.
#include "api/admin_support.hpp"
#include "api/import_apply.hpp"
#include "base/ids.hpp"
#include "xjob/copies.hpp"
#include "xjob/imports.hpp"
#include "xjob/leaving.hpp"

#include <charconv>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

constexpr std::size_t kMostPods = 1000;
constexpr std::size_t kMostChosen = 50;  // they go into a URL
constexpr int kTransactionsACall = 10;   // the caller comes again

json::value time_or_null(const storage::Row& row, const char* column) {
  const auto time = row.optional_integer(column);
  return time ? json::value(base::iso_time(*time)) : json::value(nullptr);
}

json::array shown_pods(Connection& db, const std::string& id) {
  const auto found = db.execute(
      "SELECT i.pod_id, coalesce(p.region_name, '') AS region_name, i.stage, i.calls, i.looked, i.error FROM "
      "import_pods i LEFT JOIN pods p ON p.pod_id = i.pod_id WHERE i.import_id = ? ORDER BY region_name",
      {id});
  json::array pods;
  for (const storage::Row& row : found.rows())
    pods.push_back(json::object{{"pod_id", row.text("pod_id")},
                                {"region_name", row.text("region_name")},
                                {"looking_at", row.text("stage")},
                                {"calls", row.integer("calls")},
                                {"looked_at", row.integer("looked")},
                                {"error", row.text("error")}});
  return pods;
}

json::object shown_items(Connection& db, const std::string& id) {
  json::object counts{{"total", 0}, {"to_do", 0}, {"done", 0}, {"skipped", 0}};
  std::int64_t total = 0;
  const auto found =
      db.execute("SELECT state, count(*) AS n FROM import_items WHERE import_id = ? GROUP BY state", {id});
  for (const storage::Row& row : found.rows()) {
    total += row.integer("n");
    if (!row.text("state").empty()) counts[row.text("state")] = row.integer("n");
  }
  counts["total"] = total;
  return counts;
}

json::object shown(Connection& db, const storage::Row& row) {
  json::array what;
  if (row.boolean("networks")) what.emplace_back("networks");
  if (row.boolean("policies")) what.emplace_back("policies");
  const std::string id = row.text("id");
  return {{"id", id},
          {"what", std::move(what)},
          {"networks", json::parse(row.text("chosen"))},
          {"status", row.text("status")},
          {"asked_at", time_or_null(row, "asked_at")},
          {"planned_at", time_or_null(row, "planned_at")},
          {"applied_at", time_or_null(row, "applied_at")},
          {"pods", shown_pods(db, id)},
          {"items", shown_items(db, id)}};
}

json::object one(Connection& db, const std::string& id) {
  const auto found = db.execute("SELECT * FROM imports WHERE id = ?", {id});
  if (found.empty()) throw admin_error(ErrorKind::not_found, "Import " + id + " not found.");
  return {{"import", shown(db, found.front())}};
}

http::Response list(AdminCall& call) {
  for (const auto& [name, value] : call.request.query)
    throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
  json::object body;
  call.database.read([&](Connection& db) {
    json::array imports;
    const auto found = db.execute("SELECT * FROM imports ORDER BY asked_at DESC, id");  // few are kept
    for (const storage::Row& row : found.rows()) imports.push_back(shown(db, row));
    body["imports"] = std::move(imports);
  });
  return json_response(200, body);
}

std::int64_t marker_number(const AdminCall& call) {
  const std::string marker = call.query("marker");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(marker.data(), marker.data() + marker.size(), number);
  if (!marker.empty() && (error != std::errc() || end != marker.data() + marker.size()))
    throw admin_error(ErrorKind::bad_request, "marker must be the number of an item.");
  return number;
}

http::Response items(AdminCall& call) {
  const std::int64_t limit = page_limit(call);
  const std::int64_t after = marker_number(call);
  json::object body;
  call.database.read([&](Connection& db) {
    body.clear();
    one(db, call.id());
    const auto found = db.execute(
        "SELECT i.number, i.action, i.resource_type, i.pod_id, coalesce(p.region_name, '') AS region_name, "
        "i.central_id, i.local_id, i.policy_id, i.name, i.found, i.state FROM import_items i LEFT JOIN pods p ON "
        "p.pod_id = i.pod_id "
        "WHERE i.import_id = ? AND i.number > ? ORDER BY i.number LIMIT ?",
        {call.id(), after, limit + 1});
    json::array items;
    std::int64_t last = 0;
    for (const storage::Row& row : found.rows()) {
      if (items.size() == static_cast<std::size_t>(limit)) break;
      json::object item{{"number", row.integer("number")}};
      for (const char* name : {"action", "resource_type", "pod_id", "region_name", "central_id", "local_id",
                               "policy_id", "name", "found", "state"})
        item[name] = row.text(name);
      items.push_back(std::move(item));
      last = row.integer("number");
    }
    if (found.rows().size() > items.size()) body["items_links"] = next_links(call, std::to_string(last));
    body["items"] = std::move(items);
  });
  return json_response(200, body);
}

std::vector<std::string> texts_in(const json::object& given, std::string_view name, std::size_t most) {
  std::vector<std::string> texts;
  const json::value* list = given.if_contains(name);
  if (list == nullptr) return texts;
  if (!list->is_array()) throw admin_error(ErrorKind::bad_request, std::string(name) + " must be a list of texts.");
  if (list->get_array().size() > most)
    throw admin_error(ErrorKind::bad_request,
                      "At most " + std::to_string(most) + " " + std::string(name) + " may be named.");
  for (const json::value& one : list->get_array()) {
    if (!one.is_string()) throw admin_error(ErrorKind::bad_request, std::string(name) + " must be a list of texts.");
    texts.push_back(json::value_to<std::string>(one));
  }
  return texts;
}

xjob::ImportAsked asked_in(const AdminCall& call) {
  const json::object given = admin_body(call, "import");
  for (const auto& member : given) {
    if (member.key() != "pods" && member.key() != "what" && member.key() != "networks")
      throw admin_error(ErrorKind::bad_request, "Unknown attribute " + std::string(member.key()) + ".");
  }
  xjob::ImportAsked asked;
  asked.pods = texts_in(given, "pods", kMostPods);
  if (asked.pods.empty()) throw admin_error(ErrorKind::bad_request, "pods must name at least one pod.");
  for (const std::string& what : texts_in(given, "what", 2)) {
    if (what != "networks" && what != "policies")
      throw admin_error(ErrorKind::bad_request, "what is a list of networks, policies.");
    (what == "networks" ? asked.networks : asked.policies) = true;
  }
  if (!asked.networks && !asked.policies)
    throw admin_error(ErrorKind::bad_request, "what is a list of networks, policies.");
  asked.chosen = texts_in(given, "networks", kMostChosen);
  for (const std::string& id : asked.chosen) {
    if (!base::is_uuid(id)) throw admin_error(ErrorKind::bad_request, "networks are named by their ids.");
  }
  if (!asked.chosen.empty() && asked.policies)
    throw admin_error(ErrorKind::bad_request, "Policies are imported for whole pods.");
  return asked;
}

http::Response ask(AdminCall& call) {
  const xjob::ImportAsked asked = asked_in(call);
  json::object body;
  call.database.write([&](Connection& db) {
    for (const std::string& id : asked.pods) {
      const auto pod = xjob::find_pod(db, id);
      if (!pod || pod->neutron_url.empty()) throw admin_error(ErrorKind::not_found, "Pod " + id + " not found.");
      if (xjob::is_leaving(db, id)) throw admin_error(ErrorKind::conflict, "Pod " + id + " is leaving.");
    }
    body = one(db, xjob::ask_for_import(db, asked, call.now));
  });
  call.committed();
  return json_response(202, body);
}

void begin_to_apply(Connection& db, const std::string& id, base::Micros now) {
  one(db, id);
  const auto found = db.execute("SELECT status, planned_at FROM imports WHERE id = ?", {id});
  const std::string status = found.front().text("status");
  if (status == xjob::kScanning) throw admin_error(ErrorKind::conflict, "Import " + id + " has no plan yet.");
  if (status != xjob::kImportPlanned) return;
  if (found.front().integer("planned_at") + xjob::kPlanHolds < now)
    throw admin_error(ErrorKind::conflict, "The plan of import " + id + " is too old; ask for a new one.");
  db.execute("UPDATE imports SET status = ? WHERE id = ?", {xjob::kApplying, id});
}

http::Response apply(AdminCall& call) {
  const std::string id = call.id();
  call.database.write([&](Connection& db) { begin_to_apply(db, id, call.now); });
  bool more = true;
  for (int i = 0; more && i < kTransactionsACall; ++i)
    call.database.write([&](Connection& db) { more = apply_some(db, id, call.clock.now()); });
  call.committed();
  json::object body;
  call.database.read([&](Connection& db) { body = one(db, id); });
  return json_response(200, body);
}

http::Response forget(AdminCall& call) {
  call.database.write([&](Connection& db) {
    one(db, call.id());
    xjob::forget_import(db, call.id());
  });
  return http::Response{204, {}, {}};
}

}  // namespace

http::Response handle_imports(AdminCall& call) {
  admins_only(call, "imports");
  const std::string& method = call.request.method;
  const std::string below = call.path.size() == 3 ? call.path[2] : std::string();
  if (call.path.size() > 3 || (call.path.size() == 3 && below != "items" && below != "apply")) throw nothing_at(call);
  if (call.path.size() == 1) {
    if (method == "POST") return ask(call);
    if (method == "GET") return list(call);
    throw unknown_method(call);
  }
  if (below == "apply") {
    if (method == "POST") return apply(call);
    throw unknown_method(call);
  }
  if (below.empty() && method == "DELETE") return forget(call);
  if (method != "GET") throw unknown_method(call);
  if (below == "items") return items(call);
  json::object body;
  call.database.read([&](Connection& db) { body = one(db, call.id()); });
  return json_response(200, body);
}

}  // namespace tricircle::api
