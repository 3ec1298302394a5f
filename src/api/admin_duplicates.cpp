// /v1.0/duplicates: addresses that two ports of one network have, as pods have told of them. The centre gives none out
// twice, but two regions that hold one network do not ask each other.
#include "api/admin_support.hpp"

#include <map>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using storage::Connection;

struct Place {
  std::string subnet_id;
  std::string ip_address;
  auto operator<=>(const Place&) const = default;
};

std::string text(const json::value& entry, const char* name) {
  return json::value_to<std::string>(entry.at(name));
}

void add_duplicates(Connection& db, const std::string& network, json::array& duplicates) {
  std::map<Place, json::array> ports;
  const auto found = db.execute("SELECT id, fixed_ips FROM ports WHERE network_id = ? ORDER BY id", {network});
  for (const storage::Row& row : found.rows()) {
    const json::value fixed_ips = json::parse(row.text("fixed_ips"));
    for (const json::value& one : fixed_ips.as_array())
      ports[{text(one, "subnet_id"), text(one, "ip_address")}].emplace_back(row.text("id"));
  }
  for (const auto& [place, ids] : ports) {
    if (ids.size() < 2) continue;
    duplicates.push_back(json::object{
        {"network_id", network}, {"subnet_id", place.subnet_id}, {"ip_address", place.ip_address}, {"ports", ids}});
  }
}

// A network at a time: all ports of a cloud are too many to be held at once.
json::array find(Connection& db, const std::string& wanted) {
  json::array duplicates;
  const auto networks = db.execute("SELECT id FROM networks WHERE ? IN ('', id) ORDER BY id", {wanted});
  for (const storage::Row& network : networks.rows()) add_duplicates(db, network.text("id"), duplicates);
  return duplicates;
}

}  // namespace

http::Response handle_duplicates(AdminCall& call) {
  admins_only(call, "duplicates");
  if (call.path.size() > 1) throw nothing_at(call);
  if (call.request.method != "GET") throw unknown_method(call);
  for (const auto& [name, value] : call.request.query) {
    if (name != "network_id") throw admin_error(base::ErrorKind::bad_request, "Unknown filter " + name + ".");
  }
  json::object body;
  call.database.read([&](Connection& db) { body["duplicates"] = find(db, call.query("network_id")); });
  return json_response(200, body);
}

}  // namespace tricircle::api
