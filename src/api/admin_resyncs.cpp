// /v1.0/resyncs: pods held against the centre in full after one of them was restored; the plan of each, and its end.
#include "api/admin_support.hpp"
#include "xjob/copies.hpp"
#include "xjob/resync.hpp"

#include <algorithm>
#include <charconv>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

json::object shown(const storage::Row& row) {
  const auto ended = row.optional_integer("ended_at");
  return {{"id", row.text("id")},
          {"pod_id", row.text("pod_id")},
          {"region_name", row.text("region_name")},
          {"apply", row.boolean("apply")},
          {"yes_delete", row.integer("yes_delete")},
          {"status", row.text("status")},
          {"error", row.text("error")},
          {"asked_at", base::iso_time(row.integer("asked_at"))},
          {"ended_at", ended ? json::value(base::iso_time(*ended)) : json::value(nullptr)},
          {"calls", row.integer("calls")},
          {"looked_at", row.integer("looked")},
          {"under_way", row.integer("under_way")},
          {"items", row.integer("items")},
          {"deletions", row.integer("deletions")}};
}

storage::Result find(Connection& db, RowFilter filter, std::int64_t limit) {
  filter.values.emplace_back(limit);
  return db.execute(
      "SELECT * FROM (SELECT r.id, r.pod_id, coalesce(p.region_name, '') AS region_name, r.apply, r.yes_delete, "
      "r.status, r.error, r.asked_at, r.ended_at, r.calls, r.looked, r.under_way, r.items, r.deletions FROM resyncs r "
      "LEFT JOIN pods p ON p.pod_id = r.pod_id) AS x" +
          filter.where + " ORDER BY id LIMIT ?",
      filter.values);
}

json::object one(Connection& db, const std::string& id) {
  RowFilter filter;
  filter.add("id = ?", {id});
  const auto found = find(db, filter, 1);
  if (found.empty()) throw admin_error(ErrorKind::not_found, "Resync " + id + " not found.");
  return {{"resync", shown(found.front())}};
}

http::Response list(AdminCall& call) {
  RowFilter filter;
  for (const auto& [name, value] : call.request.query) {
    if (name == "limit") continue;
    if (name == "marker") {
      filter.add("id > ?", {value});
    } else if (name == "pod_id" || name == "status" || name == "region_name") {
      filter.add(name + " = ?", {value});
    } else {
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
    }
  }
  const std::int64_t limit = page_limit(call);
  json::object body;
  call.database.read([&](Connection& db) {
    body.clear();
    const auto found = find(db, filter, limit + 1);
    json::array resyncs;
    std::string last;
    for (const storage::Row& row : found.rows()) {
      if (resyncs.size() == static_cast<std::size_t>(limit)) break;
      resyncs.push_back(shown(row));
      last = row.text("id");
    }
    if (found.rows().size() > resyncs.size()) body["resyncs_links"] = next_links(call, last);
    body["resyncs"] = std::move(resyncs);
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
        "SELECT number, action, resource_type, central_id, local_id, policy_id, found FROM resync_items WHERE "
        "resync_id = ? AND number > ? ORDER BY number LIMIT ?",
        {call.id(), after, limit + 1});
    json::array items;
    std::int64_t last = 0;
    for (const storage::Row& row : found.rows()) {
      if (items.size() == static_cast<std::size_t>(limit)) break;
      json::object item{{"number", row.integer("number")}};
      for (const char* name : {"action", "resource_type", "central_id", "local_id", "policy_id", "found"})
        item[name] = row.text(name);
      items.push_back(std::move(item));
      last = row.integer("number");
    }
    if (found.rows().size() > items.size()) body["items_links"] = next_links(call, std::to_string(last));
    body["items"] = std::move(items);
  });
  return json_response(200, body);
}

struct Asked {
  std::string pod_id;
  bool apply = false;
  std::int64_t yes_delete = 0;
};

Asked asked_in(const AdminCall& call) {
  const json::object given = admin_body(call, "resync");
  for (const auto& member : given) {
    if (member.key() != "pod_id" && member.key() != "apply" && member.key() != "yes_delete")
      throw admin_error(ErrorKind::bad_request, "Unknown attribute " + std::string(member.key()) + ".");
  }
  Asked asked{text_field(given, "pod_id")};
  if (const json::value* apply = given.if_contains("apply")) {
    if (!apply->is_bool()) throw admin_error(ErrorKind::bad_request, "apply must be true or false.");
    asked.apply = apply->get_bool();
  }
  if (const json::value* most = given.if_contains("yes_delete")) {
    if (!most->is_int64() || most->get_int64() < 0)
      throw admin_error(ErrorKind::bad_request, "yes_delete must be a number, 0 or more.");
    asked.yes_delete = most->get_int64();
  }
  return asked;
}

http::Response ask(AdminCall& call) {
  const Asked asked = asked_in(call);
  json::object body;
  call.database.write([&](Connection& db) {
    const auto pod = xjob::find_pod(db, asked.pod_id);
    if (!pod || pod->neutron_url.empty())
      throw admin_error(ErrorKind::not_found, "Pod " + asked.pod_id + " not found.");
    body = one(db, xjob::ask_for_resync(db, asked.pod_id, asked.apply, asked.yes_delete, call.now));
  });
  call.committed();
  return json_response(202, body);
}

http::Response give_up(AdminCall& call) {
  call.database.write([&](Connection& db) {
    one(db, call.id());
    if (db.execute("DELETE FROM resyncs WHERE id = ? AND ended_at IS NULL", {call.id()}).affected() == 0)
      throw admin_error(ErrorKind::conflict, "Resync " + call.id() + " has ended.");
    db.execute("DELETE FROM resync_items WHERE resync_id = ?", {call.id()});
  });
  return http::Response{204, {}, {}};
}

}  // namespace

http::Response handle_resyncs(AdminCall& call) {
  admins_only(call, "resyncs");
  const std::string& method = call.request.method;
  if (call.path.size() > 3 || (call.path.size() == 3 && call.path[2] != "items")) throw nothing_at(call);
  if (call.path.size() == 1) {
    if (method == "POST") return ask(call);
    if (method == "GET") return list(call);
    throw unknown_method(call);
  }
  if (call.path.size() == 2 && method == "DELETE") return give_up(call);
  if (method != "GET") throw unknown_method(call);
  if (call.path.size() == 3) return items(call);
  json::object body;
  call.database.read([&](Connection& db) { body = one(db, call.id()); });
  return json_response(200, body);
}

}  // namespace tricircle::api
