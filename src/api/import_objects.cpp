// Networks, subnets and ports of a pod that come to be at the centre: under the ids that they have there, with all that
// the catalogue knows of them. What a pod has is recorded, not judged: no quota, no default policy, no address refused.
#include "api/columns.hpp"
#include "api/import_apply.hpp"
#include "api/local_ports.hpp"
#include "api/objects.hpp"
#include "api/sharing.hpp"
#include "base/error.hpp"
#include "domain/ip.hpp"
#include "xjob/copies.hpp"
#include "xjob/import_seen.hpp"
#include "xjob/intents.hpp"

#include <boost/json/array.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using storage::Connection;

bool is_there(Connection& db, const domain::Resource& resource, const std::string& id) {
  return !db.execute("SELECT id FROM " + std::string(resource.table) + " WHERE id = ?", {id}).empty();
}

bool is_known(Connection& db, const ImportStep& step) {
  return !db.execute("SELECT id FROM resource_routings WHERE pod_id = ? AND resource_type = ? AND local_id = ?",
                     {step.pod_id, step.type, step.local_id})
              .empty();
}

// What the pod's network is at the centre; '' = it is not there.
std::string central_network(Connection& db, const std::string& pod_id, const std::string& local_id) {
  const auto found = db.execute(
      "SELECT r.central_id FROM resource_routings r JOIN networks n ON n.id = r.central_id WHERE r.pod_id = ? AND "
      "r.resource_type = 'network' AND r.local_id = ?",
      {pod_id, local_id});
  return found.empty() ? std::string() : found.front().text("central_id");
}

constexpr char kKnownMeanwhile[] = "the centre has come to know it meanwhile";
constexpr char kNoNetwork[] = "the centre does not have its network";

void share(Connection& db, const Record& network) {
  const domain::Resource& networks = domain::network_resource();
  const std::string id = text_in(network, "id");
  const std::string project = text_in(network, "project_id");
  if (flag_in(network, "shared")) share_with_all(db, networks, id, project);
  if (flag_in(network, "router:external")) share_with_all(db, networks, id, project, domain::kAsExternal);
}

bool overlaps_another(Connection& db, const Record& subnet) {
  const auto cidr = domain::parse_cidr(text_in(subnet, "cidr"));
  const auto others = db.execute("SELECT cidr FROM subnets WHERE network_id = ?", {text_in(subnet, "network_id")});
  for (const storage::Row& row : others.rows()) {
    const auto other = domain::parse_cidr(row.text("cidr"));
    if (cidr && other && domain::overlap(*cidr, *other)) return true;
  }
  return false;
}

}  // namespace

std::string import_network(Connection& db, const ImportStep& step, base::Micros now) {
  if (is_known(db, step) || is_there(db, domain::network_resource(), step.local_id)) return kKnownMeanwhile;
  Record network = xjob::content_of(step.content).values;
  insert_object(db, domain::network_resource(), network, now);
  share(db, network);
  xjob::add_routing(db, xjob::kNetwork, step.local_id, step.local_id, step.pod_id, now);
  return {};
}

std::string import_subnet(Connection& db, const ImportStep& step, base::Micros now) {
  if (is_there(db, domain::subnet_resource(), step.local_id)) return kKnownMeanwhile;
  Record subnet = xjob::content_of(step.content).values;
  const std::string network = central_network(db, step.pod_id, text_in(subnet, "network_id"));
  if (network.empty()) return kNoNetwork;
  subnet["network_id"] = network;
  db.execute("UPDATE networks SET met = met + 1 WHERE id = ?", {network});  // where those who make subnets meet
  if (overlaps_another(db, subnet)) return "another subnet of its network at the centre overlaps with it";
  insert_object(db, domain::subnet_resource(), subnet, now);
  return {};
}

std::string import_port(Connection& db, const ImportStep& step, base::Micros now) {
  if (is_known(db, step) || is_there(db, domain::port_resource(), step.local_id)) return kKnownMeanwhile;
  const xjob::SeenContent seen = xjob::content_of(step.content);
  Record port = seen.values;
  const std::string network = central_network(db, step.pod_id, text_in(port, "network_id"));
  if (network.empty()) return kNoNetwork;
  port["network_id"] = network;
  port["made_for"] = step.pod_id;
  const json::array fixed_ips = port.at("fixed_ips").as_array();
  try {
    insert_as_it_is(db, port, now);
  } catch (const base::Error& error) {
    return error.message();
  }
  const json::array recorded = record_addresses(db, port, step.pod_id, fixed_ips);
  update_object(db, domain::port_resource(), step.local_id, {{"fixed_ips", recorded}}, now);
  xjob::add_routing(db, xjob::kPort, step.local_id, step.local_id, step.pod_id, now);
  note_report(db, step.local_id, step.pod_id, seen.created_at.substr(0, 40), seen.revision);
  return {};
}

}  // namespace tricircle::api
