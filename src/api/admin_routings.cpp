#include "api/admin_support.hpp"
#include "storage/sql.hpp"
#include "xjob/copies.hpp"
#include "xjob/intents.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;
using storage::Value;

struct Field {
  std::string_view wire;
  std::string_view column;
};
constexpr Field kFields[] = {{"top_id", "central_id"},
                             {"bottom_id", "local_id"},
                             {"pod_id", "pod_id"},
                             {"project_id", "project_id"},
                             {"resource_type", "resource_type"}};

constexpr std::string_view kTypes[] = {
    "network",         "subnet",         "port",       "router",          "trunk",     "port_pair",
    "port_pair_group", "security_group", "port_chain", "flow_classifier", "qos_policy"};

constexpr char kColumns[] =
    "SELECT id, central_id, local_id, pod_id, project_id, resource_type, created_at, updated_at, reported_created_at, "
    "reported_revision FROM resource_routings";

json::object shown(const storage::Row& row) {
  json::object routing{{"id", row.integer("id")}};
  for (const Field& field : kFields) {
    const auto value = row.optional_text(field.column);
    routing[field.wire] = value ? json::value(*value) : json::value(nullptr);
  }
  // How much of a port its pod has told: an agent reports what differs.
  if (row.text("resource_type") == xjob::kPort) {
    routing["reported_created_at"] = row.text("reported_created_at");
    routing["reported_revision"] = row.integer("reported_revision");
  }
  routing["created_at"] = base::iso_time(row.integer("created_at"));
  routing["updated_at"] = base::iso_time(row.integer("updated_at"));
  return routing;
}

std::int64_t whole_number(const std::string& text, const std::string& what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw admin_error(ErrorKind::bad_request, what + " must be a whole number.");
  return value;
}

bool is_flag(const std::string& name) {
  return name == "limit" || name == "marker" || name == "all_projects";
}

// WHERE of the filters in the query, with its parameters.
struct Filter {
  std::string where = " WHERE 1 = 1";
  std::vector<Value> values;
  void add(std::string_view column, Value value) {
    where += " AND " + std::string(column) + " = ?";
    values.push_back(std::move(value));
  }
};

// A time is shown to the second.
void add_time(Filter& filter, const std::string& column, const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0')
    throw admin_error(ErrorKind::bad_request, column + " must be a time such as 2026-11-22T15:11:08Z.");
  const base::Micros from = timegm(&parts) * base::kSecond;
  filter.where += " AND " + column + " >= ? AND " + column + " < ?";
  filter.values.insert(filter.values.end(), {Value{from}, Value{from + base::kSecond}});
}

Filter filter_of(const AdminCall& call) {
  Filter filter;
  const bool all_projects = call.query("all_projects") == "true";
  for (const auto& [name, value] : call.request.query) {
    if (is_flag(name) || (name == "project_id" && !all_projects)) continue;
    if (name == "id") {
      filter.add("id", whole_number(value, "id"));
    } else if (name == "created_at" || name == "updated_at") {
      add_time(filter, name, value);
    } else if (const auto* field = std::ranges::find(kFields, name, &Field::wire); field != std::end(kFields)) {
      filter.add(field->column, value);
    } else {
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
    }
  }
  // As the original: the caller's own project, whatever project_id says, unless all are asked for.
  if (!all_projects) filter.add("project_id", call.caller.project_id());
  return filter;
}

void add_marker(Connection& db, const AdminCall& call, Filter& filter) {
  const std::string marker = call.query("marker");
  if (marker.empty()) return;
  const std::int64_t id = whole_number(marker, "marker");
  if (db.execute("SELECT id FROM resource_routings WHERE id = ?", {id}).empty())
    throw admin_error(ErrorKind::bad_request, "marker " + marker + " is no routing.");
  filter.where += " AND id < ?";
  filter.values.emplace_back(id);
}

http::Response list(AdminCall& call) {
  const std::int64_t limit = page_limit(call);
  json::object body;
  call.database.read([&](Connection& db) {
    body.clear();
    Filter filter = filter_of(call);
    add_marker(db, call, filter);
    filter.values.emplace_back(limit + 1);
    const auto found = db.execute(kColumns + filter.where + " ORDER BY id DESC LIMIT ?", filter.values);
    json::array routings;
    for (const storage::Row& row : found.rows()) {
      if (routings.size() == static_cast<std::size_t>(limit)) break;
      routings.push_back(shown(row));
    }
    const bool more = found.rows().size() > routings.size();
    if (more) body["routings_links"] = next_links(call, std::to_string(routings.back().at("id").as_int64()));
    body["routings"] = std::move(routings);
  });
  return json_response(200, body);
}

json::object find_routing(Connection& db, std::int64_t id) {
  const auto found = db.execute(std::string(kColumns) + " WHERE id = ?", {id});
  if (found.empty()) throw admin_error(ErrorKind::not_found, "Resource routing " + std::to_string(id) + " not found.");
  return shown(found.front());
}

struct Routing {
  std::string central_id, local_id, pod_id, project_id, type;
};

Routing routing_of(const json::object& fields) {
  return {text_field(fields, "top_id"), text_field(fields, "bottom_id"), text_field(fields, "pod_id"),
          text_field(fields, "project_id"), text_field(fields, "resource_type")};
}

bool is_object(const std::string& type) {
  return type == xjob::kNetwork || type == xjob::kPort;
}

void refuse_xjobs_own(const AdminCall& call, const std::string& type) {
  if (type == xjob::kPolicyType && call.query("force") != "true")
    throw admin_error(ErrorKind::conflict, "Routings of type qos_policy are XJob's own; add force=true to insist.");
}

void check(Connection& db, const Routing& routing) {
  for (const std::string& value :
       {routing.central_id, routing.local_id, routing.pod_id, routing.project_id, routing.type}) {
    if (value.empty())
      throw admin_error(ErrorKind::bad_request,
                        "top_id, bottom_id, pod_id, project_id and resource_type must all be given.");
    if (value.size() > 127) throw admin_error(ErrorKind::bad_request, "A field is longer than 127 characters.");
  }
  if (routing.local_id.size() > 36)
    throw admin_error(ErrorKind::bad_request, "Field bottom_id is longer than 36 characters.");
  if (std::ranges::find(kTypes, routing.type) == std::end(kTypes))
    throw admin_error(ErrorKind::bad_request, "Resource type " + routing.type + " is not known.");
  if (!xjob::find_pod(db, routing.pod_id))
    throw admin_error(ErrorKind::bad_request, "Pod " + routing.pod_id + " is not known.");
}

void insert(Connection& db, const Routing& routing, base::Micros now) {
  const auto conflict = [&] {
    return admin_error(ErrorKind::conflict, "A routing of " + routing.type + " " + routing.central_id + " in pod " +
                                                routing.pod_id + " exists already.");
  };
  if (is_object(routing.type)) {
    if (!xjob::add_routing(db, routing.type, routing.central_id, routing.local_id, routing.pod_id, now))
      throw conflict();
    return;
  }
  if (!storage::insert_if_absent(db, "resource_routings",
                                 {{"central_id", routing.central_id},
                                  {"local_id", routing.local_id},
                                  {"pod_id", routing.pod_id},
                                  {"project_id", routing.project_id},
                                  {"resource_type", routing.type},
                                  {"created_at", now},
                                  {"updated_at", now}}))
    throw conflict();
}

void remove(Connection& db, const Routing& routing) {
  if (is_object(routing.type)) return xjob::remove_routing(db, routing.type, routing.central_id, routing.pod_id);
  if (routing.type == xjob::kPolicyType) return xjob::forget_copy(db, routing.central_id, routing.pod_id);
  xjob::delete_routing(db, routing.type, routing.central_id, routing.pod_id);
}

std::int64_t id_of(Connection& db, const Routing& routing) {
  const auto found =
      db.execute("SELECT id FROM resource_routings WHERE central_id = ? AND pod_id = ? AND resource_type = ?",
                 {routing.central_id, routing.pod_id, routing.type});
  return found.front().integer("id");
}

http::Response create(AdminCall& call) {
  const Routing routing = routing_of(admin_body(call, "routing"));
  refuse_xjobs_own(call, routing.type);
  json::object body;
  call.database.write([&](Connection& db) {
    check(db, routing);
    insert(db, routing, call.now);
    body["routing"] = find_routing(db, id_of(db, routing));
  });
  call.committed();
  return json_response(200, body);
}

// A routing that points elsewhere is another routing: what hung on the old one goes, the new one acts as any that
// appears.
http::Response update(AdminCall& call, std::int64_t id) {
  const json::object given = admin_body(call, "routing");
  json::object body;
  call.database.write([&](Connection& db) {
    json::object fields = find_routing(db, id);
    const Routing old = routing_of(fields);
    for (const auto& [name, value] : given) {
      const std::string_view wire = name;
      if (std::ranges::find(kFields, wire, &Field::wire) == std::end(kFields))
        throw admin_error(ErrorKind::bad_request, "Field " + std::string(name) + " cannot be changed.");
      if (text_field(given, name).empty())
        throw admin_error(ErrorKind::bad_request, "Field " + std::string(name) + " must not be empty.");
      fields[name] = value;
    }
    const Routing wanted = routing_of(fields);
    refuse_xjobs_own(call, old.type);
    refuse_xjobs_own(call, wanted.type);
    check(db, wanted);
    remove(db, old);
    insert(db, wanted, call.now);
    body["routing"] = find_routing(db, id_of(db, wanted));
  });
  call.committed();
  return json_response(200, body);
}

http::Response erase(AdminCall& call, std::int64_t id) {
  call.database.write([&](Connection& db) {
    const Routing routing = routing_of(find_routing(db, id));
    refuse_xjobs_own(call, routing.type);
    remove(db, routing);
  });
  call.committed();
  return {200, {}, {}};
}

}  // namespace

http::Response handle_routings(AdminCall& call) {
  const std::string& method = call.request.method;
  const bool reporting = call.caller.service() && (method == "POST" || method == "DELETE");
  if (!call.caller.admin() && !reporting)
    throw admin_error(ErrorKind::forbidden, "Admin rights are required to work with routings.");
  if (call.path.size() > 2) throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  if (call.id().empty()) {
    if (method == "GET") return list(call);
    if (method == "POST") return create(call);
  } else {
    const std::string& text = call.path[1];
    if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) || text.size() > 18)
      throw admin_error(ErrorKind::not_found, "Resource routing " + text + " not found.");
    const std::int64_t id = whole_number(text, "id");
    if (method == "PUT") return update(call, id);
    if (method == "DELETE") return erase(call, id);
    if (method == "GET") {
      json::object body;
      call.database.read([&](Connection& db) { body["routing"] = find_routing(db, id); });
      return json_response(200, body);
    }
  }
  throw admin_error(ErrorKind::method_not_allowed, "Method " + method + " is not known here.");
}

}  // namespace tricircle::api
