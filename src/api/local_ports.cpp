#include "api/local_ports.hpp"

#include "api/addresses.hpp"
#include "api/columns.hpp"
#include "api/fixed_ips.hpp"
#include "api/objects.hpp"
#include "domain/errors.hpp"
#include "domain/ip.hpp"
#include "domain/port.hpp"

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using storage::Connection;

// The centre's name of a pod's subnet; '' = it has none.
std::string central_subnet(Connection& db, const std::vector<Subnet>& subnets, const std::string& pod_id,
                           const json::object& fixed_ip) {
  const std::string local = text_in(fixed_ip, "subnet_id");
  const auto routed = db.execute(
      "SELECT central_id FROM resource_routings WHERE pod_id = ? AND resource_type = 'subnet' AND local_id = ?",
      {pod_id, local});
  if (!routed.empty()) return routed.front().text("central_id");
  if (with_id(subnets, local) != nullptr) return local;
  const auto address = domain::parse_address(text_in(fixed_ip, "ip_address"));
  for (const Subnet& subnet : subnets) {
    if (address && domain::contains(subnet.cidr, *address)) return subnet.id;
  }
  return {};
}

}  // namespace

void insert_as_it_is(Connection& db, Record port, base::Micros now) {
  const std::string network_id = text_in(port, "network_id");
  const auto network = find_object(db, domain::network_resource(), network_id);
  if (!network) throw domain::not_found(domain::network_resource(), network_id);
  if (!port.contains("port_security_enabled")) port["port_security_enabled"] = network->at("port_security_enabled");
  port["fixed_ips"] = json::array();
  port["binding:profile"] = json::object();
  port.erase("qos_policy_id");  // what the pod's own users bound there is no wish of the centre's
  const std::string mac = text_in(port, "mac_address");
  try {
    insert_object(db, domain::port_resource(), port, now);
  } catch (const storage::UniqueViolation&) {
    throw domain::mac_in_use(mac, network_id);
  }
}

json::array record_addresses(Connection& db, const Record& port, const std::string& pod_id,
                             const json::array& fixed_ips) {
  const std::string id = text_in(port, "id");
  const std::vector<Subnet> subnets = subnets_of(db, text_in(port, "network_id"));
  db.execute("DELETE FROM ip_allocations WHERE port_id = ?", {id});
  json::array recorded;
  for (const json::value& one : fixed_ips) {
    json::object fixed_ip = one.as_object();
    if (const std::string subnet = central_subnet(db, subnets, pod_id, fixed_ip); !subnet.empty()) {
      fixed_ip["subnet_id"] = subnet;
      note_address(db, id, fixed_ip);
    }
    recorded.push_back(std::move(fixed_ip));
  }
  return recorded;
}

void note_report(Connection& db, const std::string& port_id, const std::string& pod_id, const std::string& created_at,
                 std::int64_t revision) {
  db.execute(
      "UPDATE resource_routings SET reported_created_at = ?, reported_revision = ? WHERE central_id = ? AND pod_id = ? "
      "AND resource_type = 'port'",
      {created_at, revision, port_id, pod_id});
}

}  // namespace tricircle::api
