// Central networks and ports that XJob makes in a pod by itself, each a row: because the network's availability zone
// hints name the pod, or because an operator asked for it. Not for embedded pods: they have every object under its
// central id. Inside the caller's writing transaction, any thread; throw what the connection throws.
#pragma once
#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "engine/lane.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>

namespace tricircle::xjob {

using storage::Connection;

// Lanes, of the objects' ids.
inline constexpr char kPlaceNetworkLane[] = "place_network";
inline constexpr char kPlacePortLane[] = "place_port";

struct Placement {
  std::string type;  // network, port
  std::string central_id;
  std::string pod_id;
  std::string local_id;  // '' = it is not made yet
  domain::Record made;   // what the pod has been told of it; see place_job
  std::string state;     // pending, in_sync, refused, held
  std::string last_error;
};

engine::LaneKey placement_lane(const std::string& pod_id, const std::string& type, const std::string& central_id);

std::optional<Placement> find_placement(Connection&, const std::string& type, const std::string& central_id,
                                        const std::string& pod_id);
// False: it is wanted there already.
bool want_placement(Connection&, const std::string& type, const std::string& central_id, const std::string& pod_id,
                    base::Micros now);
void save_placement(Connection&, const Placement&);
// With the addresses that the pod had of a network.
void forget_placement(Connection&, const std::string& type, const std::string& central_id, const std::string& pod_id);
void forget_placements(Connection&, const std::string& pod_id);

// A new network: the pods that its hints name (region or zone) are to have it.
void place_by_hints(Connection&, const domain::Record& network, base::Micros now);
// The object, or a subnet of the network, was changed or deleted at the centre.
void placed_object_changed(Connection&, const std::string& type, const std::string& central_id, base::Micros now);
// Its network has come to be in the pod: ports that are wanted there may follow.
void wake_ports_on(Connection&, const std::string& network_id, const std::string& pod_id, base::Micros now);
// A port that the pod made has been recorded: a network that we made there may need more addresses.
void addresses_were_taken(Connection&, const std::string& network_id, const std::string& pod_id, base::Micros now);

// The central port that XJob makes in that pod with this MAC address; '' = it makes none.
std::string placed_port(Connection&, const std::string& network_id, const std::string& mac_address,
                        const std::string& pod_id);

}  // namespace tricircle::xjob
