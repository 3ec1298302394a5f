#include "api/admin_support.hpp"
#include "api/pod_work.hpp"
#include "base/ids.hpp"
#include "storage/sql.hpp"
#include "xjob/audit.hpp"
#include "xjob/leaving.hpp"
#include "xjob/pod_check.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

constexpr const char* kTexts[] = {"region_name", "az_name", "pod_az_name", "dc_name", "neutron_url"};
// Where Keystone's catalogue has a pod, as it is called there, and what holds when nobody says so.
struct Place {
  const char* name;
  const char* usual;
};
constexpr Place kPlaces[] = {{"interface", "public"}, {"service_type", "network"}};

json::value time_or_null(std::optional<base::Micros> time) {
  return time ? json::value(base::iso_time(*time)) : json::value(nullptr);
}

json::object shown(const storage::Row& row, base::Micros now) {
  json::object pod{{"pod_id", row.text("pod_id")}};
  for (const char* name : kTexts) pod[name] = row.text(name);
  for (const Place& place : kPlaces) pod[place.name] = row.text(place.name);
  pod["from_catalogue"] = row.boolean("from_catalogue");
  pod["embedded"] = row.boolean("embedded");
  pod["leaving"] = row.boolean("leaving");
  const bool open = row.boolean("open");
  pod["circuit"] = json::object{{"open", open}, {"last_error", open ? row.text("last_error") : std::string()}};
  pod["paused_since"] = time_or_null(row.optional_integer("paused_since"));
  const base::Micros asked = row.integer("not_before");
  pod["left_alone_until"] = asked > now ? json::value(base::iso_time(asked)) : json::value(nullptr);
  return pod;
}

json::array find_pods(Connection& db, const std::string& id, base::Micros now) {
  const auto found = db.execute(
      "SELECT p.pod_id, p.region_name, p.az_name, p.pod_az_name, p.dc_name, p.neutron_url, p.interface, "
      "p.service_type, p.from_catalogue, p.embedded, p.leaving, "
      "coalesce(c.open, 0) AS open, coalesce(c.last_error, '') AS last_error, c.not_before, x.since AS paused_since "
      "FROM pods p LEFT JOIN circuits c ON c.pod_id = p.pod_id LEFT JOIN pauses x ON x.kind = 'pod' AND x.id = "
      "p.pod_id "
      "WHERE ? = '' OR p.pod_id = ? ORDER BY p.region_name",
      {id, id});
  json::array pods;
  for (const storage::Row& row : found.rows()) pods.push_back(shown(row, now));
  return pods;
}

base::Error no_pod(const std::string& id) {
  return admin_error(ErrorKind::not_found, "Pod " + id + " not found.");
}

json::object one_pod(AdminCall& call, const std::string& id) {
  json::array pods;
  json::object work;
  call.database.read([&](Connection& db) {
    pods = find_pods(db, id, call.now);
    if (call.query("detail") == "true") work = shown_work(db, id, call.now);
  });
  if (pods.empty()) throw no_pod(id);
  if (!work.empty()) pods[0].as_object()["engine"] = std::move(work);
  return {{"pod", pods[0]}};
}

bool embedded_of(const json::object& given) {
  const json::value* value = given.if_contains("embedded");
  if (value == nullptr) return false;
  if (!value->is_bool()) throw admin_error(ErrorKind::bad_request, "Field embedded must be true or false.");
  return value->get_bool();
}

void check_url(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    throw admin_error(ErrorKind::unprocessable, "neutron_url must begin with http:// or https://.");
}

std::string place_of(const json::object& given, const Place& place) {
  const std::string value = text_field(given, place.name);
  if (value.empty()) return place.usual;
  if (place.name == std::string_view("interface")) {
    if (value != "public" && value != "internal" && value != "admin")
      throw admin_error(ErrorKind::unprocessable, "interface must be public, internal or admin.");
  } else if (value.size() > 64) {
    throw admin_error(ErrorKind::unprocessable, "service_type must not be longer than 64 characters.");
  }
  return value;
}

void refuse_second_centre(Connection& db, const std::string& id) {
  if (!db.execute("SELECT pod_id FROM pods WHERE az_name = '' AND pod_id <> ?", {id}).empty())
    throw admin_error(ErrorKind::conflict, "There is a central region already.");
}

json::object create_pod(AdminCall& call) {
  const json::object given = admin_body(call, "pod");
  storage::ColumnValues row;
  for (const char* name : kTexts) row.emplace_back(name, text_field(given, name));
  const std::string region = text_field(given, "region_name");
  if (region.empty()) throw admin_error(ErrorKind::unprocessable, "region_name must not be empty.");
  // A pod without a zone of its own stands for the centre, which needs no Neutron URL.
  const bool to_be_found = text_field(given, "neutron_url").empty();
  if (!to_be_found) check_url(text_field(given, "neutron_url"));
  const std::string id = base::new_uuid();
  row.emplace_back("pod_id", id);
  row.emplace_back("embedded", std::int64_t{embedded_of(given)});
  for (const Place& place : kPlaces) row.emplace_back(place.name, place_of(given, place));
  row.emplace_back("from_catalogue", std::int64_t{to_be_found && !text_field(given, "az_name").empty()});
  row.emplace_back("created_at", call.now);
  call.database.write([&](Connection& db) {
    if (text_field(given, "az_name").empty()) refuse_second_centre(db, id);
    if (!storage::insert_if_absent(db, "pods", row))
      throw admin_error(ErrorKind::conflict, "Region " + region + " exists already.");
    // From then on it is audited again and again.
    if (text_field(given, "az_name").empty()) return;
    xjob::ask_for_audit(db, id, call.now);
    if (to_be_found) xjob::ask_for_pod_check(db, id, call.now);
  });
  call.committed();
  return one_pod(call, id);
}

// A URL, or none to have it follow Keystone's catalogue; the one that is known stays until another is found there.
void move_pod(Connection& db, const std::string& id, const json::object& given, base::Micros now) {
  for (const Place& place : kPlaces) {
    if (!given.contains(place.name)) continue;
    db.execute("UPDATE pods SET " + storage::quoted(place.name) + " = ? WHERE pod_id = ?",
               {place_of(given, place), id});
  }
  if (given.contains("neutron_url")) {
    const std::string url = text_field(given, "neutron_url");
    db.execute(
        "UPDATE pods SET from_catalogue = CASE WHEN ? = '' AND az_name <> '' THEN TRUE ELSE FALSE END, "
        "neutron_url = CASE WHEN ? = '' THEN neutron_url ELSE ? END WHERE pod_id = ?",
        {url, url, url, id});
  }
  xjob::expect_answers_at_once(db, id, now);
  const bool follows = !db.execute("SELECT pod_id FROM pods WHERE pod_id = ? AND from_catalogue", {id}).empty();
  if (follows) xjob::ask_for_pod_check(db, id, now);
}

json::object update_pod(AdminCall& call) {
  const json::object given = admin_body(call, "pod");
  const std::string id = call.id();
  const bool moves = given.contains("neutron_url") || given.contains("interface") || given.contains("service_type");
  if (!text_field(given, "neutron_url").empty()) check_url(text_field(given, "neutron_url"));
  if (given.contains("region_name") || given.contains("pod_id"))
    throw admin_error(ErrorKind::bad_request, "A pod's region_name and pod_id cannot be changed.");
  call.database.write([&](Connection& db) {
    if (find_pods(db, id, call.now).empty()) throw no_pod(id);
    if (given.contains("az_name") && text_field(given, "az_name").empty()) refuse_second_centre(db, id);
    for (const char* name : kTexts) {
      if (!given.contains(name) || name == std::string_view("neutron_url")) continue;
      db.execute("UPDATE pods SET " + storage::quoted(name) + " = ? WHERE pod_id = ?", {text_field(given, name), id});
    }
    if (given.contains("embedded"))
      db.execute("UPDATE pods SET embedded = ? WHERE pod_id = ?", {std::int64_t{embedded_of(given)}, id});
    if (!text_field(given, "az_name").empty()) xjob::ask_for_audit(db, id, call.now);
    if (moves) move_pod(db, id, given, call.now);
  });
  call.committed();
  return one_pod(call, id);
}

bool asked(const AdminCall& call, std::string_view name) {
  const std::string value = call.query(name);
  if (!value.empty() && value != "true" && value != "false")
    throw admin_error(ErrorKind::bad_request, std::string(name) + " must be true or false.");
  return value == "true";
}

// ?detach=true: with all that the centre knows of it. ?purge=true: when our policies are gone there.
http::Response delete_pod(AdminCall& call) {
  const bool detach = asked(call, "detach");
  const bool purge = asked(call, "purge");
  if (detach && purge) throw admin_error(ErrorKind::bad_request, "Either detach or purge.");
  xjob::Detached left;
  call.database.write([&](Connection& db) {
    if (find_pods(db, call.id(), call.now).empty()) throw no_pod(call.id());
    if (purge) return xjob::purge_pod(db, call.id(), call.now);
    const bool known = !db.execute("SELECT id FROM resource_routings WHERE pod_id = ? LIMIT 1", {call.id()}).empty();
    if (known && !detach) throw admin_error(ErrorKind::conflict, "Routings still point to pod " + call.id() + ".");
    left = xjob::detach_pod(db, call.id(), call.now);
  });
  call.committed();
  if (purge) return json_response(202, one_pod(call, call.id()));
  if (!detach) return json_response(200, json::object{});
  return json_response(
      200,
      json::object{{"detached", {{"networks", left.networks}, {"ports", left.ports}, {"policies", left.policies}}}});
}

json::object shown_check(Connection& db, const std::string& id, base::Micros now) {
  const json::array pods = find_pods(db, id, now);
  if (pods.empty()) throw no_pod(id);
  json::object check{{"pod_id", id},
                     {"region_name", pods[0].at("region_name")},
                     {"neutron_url", pods[0].at("neutron_url")},
                     {"asked", 0},
                     {"answered", 0},
                     {"checks", 0},
                     {"checked_at", nullptr},
                     {"well", nullptr},
                     {"problems", json::array()},
                     {"rule_types", json::object()}};
  const auto found = db.execute(
      "SELECT asked, answered, checks, checked_at, well, problems, rule_types FROM pod_checks WHERE pod_id = ?", {id});
  if (found.empty()) return {{"check", std::move(check)}};
  const storage::Row& row = found.front();
  check["asked"] = row.integer("asked");
  if (row.integer("checks") == 0) return {{"check", std::move(check)}};
  check["answered"] = row.integer("answered");
  check["checks"] = row.integer("checks");
  check["checked_at"] = time_or_null(row.optional_integer("checked_at"));
  check["well"] = row.boolean("well");
  check["problems"] = json::parse(row.text("problems"));
  check["rule_types"] = json::parse(row.text("rule_types"));
  return {{"check", std::move(check)}};
}

// /v1.0/pods/ID/check: what was found when the pod was last looked at as a whole; POST has it looked at again,
// which is done when `answered` has come to the `asked` of the answer.
http::Response handle_check(AdminCall& call) {
  json::object body;
  if (call.request.method == "GET") {
    call.database.read([&](Connection& db) { body = shown_check(db, call.id(), call.now); });
    return json_response(200, body);
  }
  if (call.request.method != "POST")
    throw admin_error(ErrorKind::method_not_allowed, "Method " + call.request.method + " is not known here.");
  call.database.write([&](Connection& db) {
    if (find_pods(db, call.id(), call.now).empty()) throw no_pod(call.id());
    xjob::ask_for_pod_check(db, call.id(), call.now);
    body = shown_check(db, call.id(), call.now);
  });
  call.committed();
  return json_response(202, body);
}

}  // namespace

http::Response handle_pods(AdminCall& call) {
  // The original's word for a missing right in this part of the API.
  if (!call.caller.admin()) throw admin_error(ErrorKind::unauthorized, "Admin rights are required to work with pods.");
  const std::string& method = call.request.method;
  if (call.path.size() == 3 && call.path[2] == "check") return handle_check(call);
  if (call.path.size() > 2) throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  if (call.id().empty()) {
    if (method == "POST") return json_response(200, create_pod(call));
    if (method == "GET") {
      json::array pods;
      call.database.read([&](Connection& db) { pods = find_pods(db, "", call.now); });
      return json_response(200, json::object{{"pods", std::move(pods)}});
    }
  } else {
    if (method == "GET") return json_response(200, one_pod(call, call.id()));
    if (method == "PUT") return json_response(200, update_pod(call));
    if (method == "DELETE") {
      return delete_pod(call);
    }
  }
  throw admin_error(ErrorKind::method_not_allowed, "Method " + method + " is not known here.");
}

}  // namespace tricircle::api
