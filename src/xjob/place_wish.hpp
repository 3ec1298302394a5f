// A central network with its subnets, or a port, as a pod is to have it: what its Neutron is to be told in POST, and
// afterwards in PUT. Reads the centre's rows, inside the caller's transaction; throws what the connection throws.
#pragma once
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tricircle::xjob {

struct PlaceWish {
  std::string network_id;                                       // of a port: the central one
  domain::Record object;                                        // of the network or port
  std::vector<std::pair<std::string, domain::Record>> subnets;  // by central id, but for their allocation_pools
};

// nullopt: the centre has no such object (any more).
std::optional<PlaceWish> find_place_wish(storage::Connection&, const std::string& type, const std::string& id);

// The subnet's pools at the centre, and whether its ports' addresses follow from their MAC, so that pods share them.
struct CentralPools {
  boost::json::array pools;
  bool shared = false;
};
CentralPools find_pools(storage::Connection&, const std::string& subnet_id);

// What of `wish` is to be told in a PUT to one who has been told `made`: what may be changed and differs.
domain::Record changes_of(const std::string& type, const domain::Record& wish, const domain::Record& made);

// By this description we find what we have made when the pod's answer was lost.
std::string place_mark(const std::string& central_id);

}  // namespace tricircle::xjob
