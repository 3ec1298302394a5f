#include "api/reports.hpp"

#include "api/local_ports.hpp"
#include "api/objects.hpp"
#include "domain/errors.hpp"
#include "xjob/copies.hpp"
#include "xjob/intents.hpp"
#include "xjob/placements.hpp"

#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;

constexpr char kProfile[] = "binding:profile";

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

struct Report {
  std::string created_at;
  std::int64_t revision = 0;
  std::string device;
  std::string host;
  std::string local_id;
  std::string local_network_id;
};

// A field of a report, which must fit where it is kept; "" when absent.
std::string told(const json::object& profile, std::string_view name, std::size_t longest) {
  const json::value* value = profile.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string() || value->get_string().size() > longest)
    throw domain::bad_request(std::string(name) + " of a report must be a text of at most " + std::to_string(longest) +
                              " characters");
  return json::value_to<std::string>(*value);
}

Report read_report(const domain::Record& port, const json::object& profile) {
  Report report;
  report.created_at = told(profile, "created_at", 40);
  if (const json::value* revision = profile.if_contains("revision_number")) {
    if (!revision->is_int64()) throw domain::bad_request("revision_number of a report must be a number");
    report.revision = revision->get_int64();
  }
  report.device = told(profile, "device", 255);
  report.host = told(profile, "host", 255);
  report.local_id = told(profile, "local_id", 36);
  report.local_network_id = told(profile, "local_network_id", 36);
  // Embedded pods keep central ids; others say theirs.
  if (report.local_id.empty()) report.local_id = text(port, "id");
  if (report.local_network_id.empty()) report.local_network_id = text(port, "network_id");
  return report;
}

// nullopt: the pod has never reported this port.
enum class Age { older, equal, newer };
std::optional<Age> age_of(storage::Connection& db, const std::string& port_id, const std::string& pod_id,
                          const Report& report) {
  const auto found = db.execute(
      "SELECT reported_created_at, reported_revision FROM resource_routings WHERE central_id = ? AND pod_id = ? AND "
      "resource_type = 'port'",
      {port_id, pod_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  if (row.text("reported_created_at") != report.created_at || report.revision > row.integer("reported_revision"))
    return Age::newer;
  return report.revision < row.integer("reported_revision") ? Age::older : Age::equal;
}

bool made_there(const domain::Record& port, const std::string& pod_id) {
  return text(port, "made_for") == pod_id;
}

json::array listed(const domain::Record& record, std::string_view name) {
  const json::value* list = record.if_contains(name);
  return list != nullptr && list->is_array() ? list->get_array() : json::array();
}

}  // namespace

std::string reporting_region(const Call& call, const domain::Record* given) {
  std::string region;
  if (given == nullptr) {
    for (const auto& [name, value] : call.request.query) {
      if (name == "region") region = value;
    }
  } else if (const json::value* profile = given->if_contains(kProfile); profile != nullptr && profile->is_object()) {
    region = text(profile->get_object(), "region");
  }
  if (!region.empty() && !call.caller.service()) throw domain::not_authorized("rule:service_api");
  return region;
}

std::string pod_of_region(storage::Connection& db, const std::string& region) {
  const auto found = db.execute("SELECT pod_id FROM pods WHERE region_name = ?", {region});
  if (found.empty()) throw domain::pod_not_found(region);
  return found.front().text("pod_id");
}

void take_report(storage::Connection& db, const domain::Record& port, const domain::Record& given,
                 const std::string& region, base::Micros now) {
  const std::string id = text(port, "id");
  const std::string pod_id = pod_of_region(db, region);
  const json::object& profile = given.at(kProfile).as_object();
  const Report report = read_report(port, profile);
  const std::optional<Age> age = age_of(db, id, pod_id, report);
  if (age && *age != Age::newer) return;
  xjob::add_routing(db, xjob::kNetwork, text(port, "network_id"), report.local_network_id, pod_id, now);
  xjob::add_routing(db, xjob::kPort, id, report.local_id, pod_id, now);
  db.execute(
      "UPDATE resource_routings SET reported_created_at = ?, reported_revision = ? WHERE central_id = ? AND "
      "pod_id = ? AND resource_type = 'port'",
      {report.created_at, report.revision, id, pod_id});
  domain::Record changes;
  changes["binding:host_id"] = report.host;
  changes["device_owner"] = report.device;
  changes["status"] = report.host.empty() ? "DOWN" : "ACTIVE";
  if (const json::value* device_id = given.if_contains("device_id")) changes["device_id"] = *device_id;
  if (const json::value* addresses = given.if_contains("fixed_ips"); addresses != nullptr && made_there(port, pod_id))
    changes["fixed_ips"] = record_addresses(db, port, pod_id, addresses->as_array());
  xjob::addresses_were_taken(db, text(port, "network_id"), pod_id, now);
  update_object(db, domain::port_resource(), id, changes, now);
}

bool tells_of_local_port(const domain::Record& given) {
  const json::value* profile = given.if_contains(kProfile);
  return given.contains("id") && profile != nullptr && profile->is_object() &&
         profile->get_object().contains("local_id");
}

domain::Record adopt_port(storage::Connection& db, domain::Record wanted, const std::string& region, base::Micros now) {
  const domain::Resource& ports = domain::port_resource();
  const domain::Record report{{kProfile, wanted.at(kProfile)}, {"fixed_ips", listed(wanted, "fixed_ips")}};
  const std::string pod_id = pod_of_region(db, region);
  // Made there by XJob a moment ago: the pod's word is here before ours.
  const std::string placed = xjob::placed_port(db, text(wanted, "network_id"), text(wanted, "mac_address"), pod_id);
  const std::string id = placed.empty() ? text(wanted, "id") : placed;
  std::optional<domain::Record> port = find_object(db, ports, id);
  if (!port) {
    wanted["made_for"] = pod_id;
    insert_as_it_is(db, std::move(wanted), now);
    port = find_object(db, ports, id);
  } else if (text(*port, "network_id") != text(wanted, "network_id")) {
    throw base::Error(base::ErrorKind::conflict, "PortInUse", "Port " + id + " is on another network.");
  }
  take_report(db, port.value(), report, region, now);
  return find_object(db, ports, id).value();
}

void take_delete(storage::Connection& db, const domain::Resource& resource, const domain::Record& object,
                 const std::string& region) {
  const std::string id = text(object, "id");
  const std::string pod_id = pod_of_region(db, region);
  const std::string type(resource.name);
  xjob::remove_routing(db, type, id, pod_id);
  if (type == xjob::kPort && made_there(object, pod_id)) delete_object(db, resource, id);
}

}  // namespace tricircle::api
