#include "api/zones.hpp"

#include "api/render.hpp"
#include "domain/errors.hpp"

#include <algorithm>
#include <map>

#include <boost/json/value_to.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;

using Wanted = std::map<std::string, std::vector<std::string>, std::less<>>;

// The filters by name; others are refused.
Wanted wanted_of(const http::Query& query) {
  Wanted wanted;
  for (const auto& [name, value] : query) {
    if (name == "fields") continue;
    if (name != "name" && name != "resource" && name != "state")
      throw domain::bad_request(fmt::format("['{}'] is invalid attribute for filtering", name));
    wanted[name].push_back(value);
  }
  return wanted;
}

bool is_wanted(const Wanted& wanted, const json::object& zone) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& filter) {
    const std::string value = json::value_to<std::string>(zone.at(filter.first));
    return std::find(filter.second.begin(), filter.second.end(), value) != filter.second.end();
  });
}

json::object only(const Fields& fields, const json::object& zone) {
  if (fields.empty()) return zone;
  json::object some;
  for (const std::string& field : fields) {
    if (const json::value* value = zone.if_contains(field)) some[field] = *value;
  }
  return some;
}

http::Response list_zones(const Services& services, const http::Query& query) {
  const Wanted wanted = wanted_of(query);
  const Fields fields = asked_fields(query);
  json::array zones;
  services.db.read([&](storage::Connection& db) {
    zones.clear();
    const auto found = db.execute("SELECT DISTINCT az_name FROM pods WHERE az_name <> '' ORDER BY az_name");
    for (const storage::Row& row : found.rows()) {
      const json::object zone{{"name", row.text("az_name")}, {"resource", "network"}, {"state", "available"}};
      if (is_wanted(wanted, zone)) zones.push_back(only(fields, zone));
    }
  });
  return json_response(200, json::object{{"availability_zones", std::move(zones)}});
}

}  // namespace

void add_zone_routes(Router& router, const Services& services) {
  router.add("GET", "/v2.0/availability_zones",
             [&services](Call& call, const Parameters&) { return list_zones(services, call.request.query); });
}

void check_zone_hints(storage::Connection& db, const json::array& hints) {
  for (const json::value& hint : hints) {
    const auto zone = json::value_to<std::string>(hint);
    const auto pods = db.execute(
        "SELECT pod_id FROM pods WHERE az_name = ? OR pod_az_name = ? OR region_name = ? LIMIT 1", {zone, zone, zone});
    if (pods.empty())
      throw base::Error(base::ErrorKind::not_found, "AvailabilityZoneNotFound",
                        fmt::format("AvailabilityZone {} could not be found.", zone));
  }
}

}  // namespace tricircle::api
