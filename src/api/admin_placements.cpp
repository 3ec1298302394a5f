// /v1.0/placements: central networks and ports that XJob makes in pods.
#include "api/admin_support.hpp"
#include "xjob/copies.hpp"
#include "xjob/leaving.hpp"
#include "xjob/placements.hpp"

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;

constexpr char kRows[] =
    "SELECT l.resource_type, l.central_id, l.pod_id, p.region_name, l.local_id, l.state, l.last_error, l.created_at "
    "FROM placements l JOIN pods p ON p.pod_id = l.pod_id WHERE ? IN ('', l.resource_type) AND ? IN ('', l.central_id) "
    "AND ? IN ('', l.pod_id)";

json::object shown(const storage::Row& row) {
  json::object placement;
  for (const char* name : {"resource_type", "central_id", "pod_id", "region_name", "local_id", "state", "last_error"})
    placement[name] = row.text(name);
  placement["created_at"] = base::iso_time(row.integer("created_at"));
  return placement;
}

// By the marker's three parts, for the rows have no number of their own.
constexpr char kSeparator = ' ';

http::Response list(AdminCall& call) {
  for (const auto& [name, value] : call.request.query) {
    if (name != "resource_type" && name != "central_id" && name != "pod_id" && name != "limit" && name != "marker")
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
  }
  const std::int64_t limit = page_limit(call);
  json::object body;
  call.database.read([&](Connection& db) {
    body.clear();
    const auto found = db.execute(
        std::string(kRows) +
            " AND l.resource_type || ' ' || l.central_id || ' ' || l.pod_id > ? ORDER BY l.resource_type, "
            "l.central_id, "
            "l.pod_id LIMIT ?",
        {call.query("resource_type"), call.query("central_id"), call.query("pod_id"), call.query("marker"), limit + 1});
    json::array placements;
    std::string last;
    for (const storage::Row& row : found.rows()) {
      if (placements.size() == static_cast<std::size_t>(limit)) break;
      placements.push_back(shown(row));
      last = row.text("resource_type") + kSeparator + row.text("central_id") + kSeparator + row.text("pod_id");
    }
    if (found.rows().size() > placements.size()) body["placements_links"] = next_links(call, last);
    body["placements"] = std::move(placements);
  });
  return json_response(200, body);
}

struct Wanted {
  std::string type, central_id, pod_id;
};

void check_pod(Connection& db, const Wanted& wanted) {
  const auto pod = xjob::find_pod(db, wanted.pod_id);
  if (!pod) throw admin_error(ErrorKind::not_found, "Pod " + wanted.pod_id + " not found.");
  if (pod->embedded)
    throw admin_error(ErrorKind::conflict, "Region " + pod->region_name + " has every object under its central id.");
  if (xjob::is_leaving(db, wanted.pod_id))
    throw admin_error(ErrorKind::conflict, "Pod " + wanted.pod_id + " is leaving.");
}

void check_network_of_port(Connection& db, const Wanted& wanted, const storage::Row& port) {
  const std::string network = port.text("network_id");
  if (xjob::local_id(db, xjob::kNetwork, network, wanted.pod_id) ||
      xjob::find_placement(db, xjob::kNetwork, network, wanted.pod_id))
    return;
  throw admin_error(ErrorKind::conflict,
                    "Network " + network + " of the port is not in pod " + wanted.pod_id + "; place it first.");
}

// Returns whose it is.
std::string check_object(Connection& db, const Wanted& wanted) {
  const bool port = wanted.type == xjob::kPort;
  const auto found = db.execute("SELECT id, project_id" + std::string(port ? ", network_id" : "") + " FROM " +
                                    xjob::object_table(wanted.type) + " WHERE id = ?",
                                {wanted.central_id});
  if (found.empty())
    throw admin_error(ErrorKind::not_found, "The central " + wanted.type + " " + wanted.central_id + " was not found.");
  if (port) check_network_of_port(db, wanted, found.front());
  std::string project = found.front().text("project_id");
  if (xjob::find_placement(db, wanted.type, wanted.central_id, wanted.pod_id)) return project;
  if (const auto local = xjob::local_id(db, wanted.type, wanted.central_id, wanted.pod_id))
    throw admin_error(ErrorKind::conflict,
                      "The " + wanted.type + " is in pod " + wanted.pod_id + " already, as " + *local + ".");
  return project;
}

http::Response create(AdminCall& call) {
  const json::object given = admin_body(call, "placement");
  for (const auto& member : given) {
    if (member.key() != "resource_type" && member.key() != "central_id" && member.key() != "pod_id")
      throw admin_error(ErrorKind::bad_request, "Unknown attribute " + std::string(member.key()) + ".");
  }
  const Wanted wanted{text_field(given, "resource_type"), text_field(given, "central_id"), text_field(given, "pod_id")};
  if (wanted.type != xjob::kNetwork && wanted.type != xjob::kPort)
    throw admin_error(ErrorKind::bad_request, "resource_type is network or port.");
  json::object body;
  call.database.write([&](Connection& db) {
    check_pod(db, wanted);
    const std::string project = check_object(db, wanted);
    xjob::want_placement(db, wanted.type, wanted.central_id, wanted.pod_id, project, call.now);
    body["placement"] = shown(db.execute(kRows, {wanted.type, wanted.central_id, wanted.pod_id}).front());
  });
  call.committed();
  return json_response(202, body);
}

}  // namespace

http::Response handle_placements(AdminCall& call) {
  admins_only(call, "placements");
  if (call.path.size() != 1) throw nothing_at(call);
  if (call.request.method == "GET") return list(call);
  if (call.request.method == "POST") return create(call);
  throw unknown_method(call);
}

}  // namespace tricircle::api
