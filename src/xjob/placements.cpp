#include "xjob/placements.hpp"

#include "storage/sql.hpp"
#include "xjob/address_blocks.hpp"
#include "xjob/copies.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {

namespace json = boost::json;

engine::LaneKey placement_lane(const std::string& pod_id, const std::string& type, const std::string& central_id) {
  return {pod_id, type == kNetwork ? kPlaceNetworkLane : kPlacePortLane, central_id};
}

std::optional<Placement> find_placement(Connection& db, const std::string& type, const std::string& central_id,
                                        const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT local_id, made, state, last_error FROM placements WHERE resource_type = ? AND central_id = ? AND "
      "pod_id = ?",
      {type, central_id, pod_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  const std::string made = row.text("made");
  return Placement{type,
                   central_id,
                   pod_id,
                   row.text("local_id"),
                   made.empty() ? domain::Record() : json::parse(made).as_object(),
                   row.text("state"),
                   row.text("last_error")};
}

bool want_placement(Connection& db, const std::string& type, const std::string& central_id, const std::string& pod_id,
                    base::Micros now) {
  const bool is_new = storage::insert_if_absent(db, "placements",
                                                {{"resource_type", type},
                                                 {"central_id", central_id},
                                                 {"pod_id", pod_id},
                                                 {"made", ""},
                                                 {"state", kPending},
                                                 {"last_error", ""},
                                                 {"created_at", now}});
  // Somebody waits for it.
  engine::wake(db, placement_lane(pod_id, type, central_id), now, engine::Wake::fresh_wish, engine::Priority::live);
  return is_new;
}

void save_placement(Connection& db, const Placement& placement) {
  db.execute(
      "UPDATE placements SET local_id = ?, made = ?, state = ?, last_error = ? WHERE resource_type = ? AND central_id "
      "= ? AND pod_id = ?",
      {placement.local_id, placement.made.empty() ? std::string() : json::serialize(placement.made), placement.state,
       placement.last_error, placement.type, placement.central_id, placement.pod_id});
}

void forget_placement(Connection& db, const std::string& type, const std::string& central_id,
                      const std::string& pod_id) {
  db.execute("DELETE FROM placements WHERE resource_type = ? AND central_id = ? AND pod_id = ?",
             {type, central_id, pod_id});
  if (type != kNetwork) return;
  forget_blocks(db, central_id, pod_id);
  db.execute(
      "DELETE FROM resource_routings WHERE resource_type = 'subnet' AND pod_id = ? AND central_id IN (SELECT id FROM "
      "subnets WHERE network_id = ?)",
      {pod_id, central_id});
}

void forget_placements(Connection& db, const std::string& pod_id) {
  db.execute("DELETE FROM placements WHERE pod_id = ?", {pod_id});
  db.execute("DELETE FROM address_blocks WHERE pod_id = ?", {pod_id});
}

void place_by_hints(Connection& db, const domain::Record& network, base::Micros now) {
  const json::value* hints = network.if_contains("availability_zone_hints");
  if (hints == nullptr || !hints->is_array()) return;
  const std::string id = json::value_to<std::string>(network.at("id"));
  for (const json::value& hint : hints->get_array()) {
    const auto zone = json::value_to<std::string>(hint);
    const auto pods = db.execute(
        "SELECT pod_id FROM pods WHERE ? IN (region_name, pod_az_name, az_name) AND NOT embedded AND NOT leaving",
        {zone});
    for (const storage::Row& pod : pods.rows()) want_placement(db, kNetwork, id, pod.text("pod_id"), now);
  }
}

void placed_object_changed(Connection& db, const std::string& type, const std::string& central_id, base::Micros now) {
  const auto pods =
      db.execute("SELECT pod_id FROM placements WHERE resource_type = ? AND central_id = ?", {type, central_id});
  for (const storage::Row& pod : pods.rows())
    engine::wake(db, placement_lane(pod.text("pod_id"), type, central_id), now, engine::Wake::fresh_wish);
}

void wake_ports_on(Connection& db, const std::string& network_id, const std::string& pod_id, base::Micros now) {
  const auto ports = db.execute(
      "SELECT l.central_id FROM placements l JOIN ports p ON p.id = l.central_id WHERE l.pod_id = ? AND "
      "l.resource_type = 'port' AND l.local_id = '' AND p.network_id = ?",
      {pod_id, network_id});
  for (const storage::Row& port : ports.rows())
    engine::wake(db, placement_lane(pod_id, kPort, port.text("central_id")), now, engine::Wake::fresh_wish,
                 engine::Priority::live);
}

void addresses_were_taken(Connection& db, const std::string& network_id, const std::string& pod_id, base::Micros now) {
  if (!find_placement(db, kNetwork, network_id, pod_id) || !runs_low(db, network_id, pod_id)) return;
  engine::wake(db, placement_lane(pod_id, kNetwork, network_id), now, engine::Wake::fresh_wish, engine::Priority::live);
}

std::string placed_port(Connection& db, const std::string& network_id, const std::string& mac_address,
                        const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT p.id FROM ports p JOIN placements l ON l.resource_type = 'port' AND l.central_id = p.id AND l.pod_id = ? "
      "WHERE p.network_id = ? AND p.mac_address = ?",
      {pod_id, network_id, mac_address});
  return found.empty() ? std::string() : found.front().text("id");
}

}  // namespace tricircle::xjob
