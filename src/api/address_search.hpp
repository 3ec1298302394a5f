// The rows of ip_allocations: taking an address, and finding a free one without reading all that are taken. Inside the
// caller's writing transaction, any thread.
#pragma once
#include "domain/ip.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::api {

struct Subnet {
  std::string id;
  domain::Cidr cidr;
  std::vector<domain::AddressRange> pools;
  bool automatic = false;  // addresses follow from the MAC
  bool dhcp = false;
  std::vector<std::string> service_types;  // of which ports; none = of all
};

struct Taken {
  std::string subnet_id;
  domain::Address address;
};

std::vector<Subnet> subnets_of(storage::Connection&, const std::string& network_id);  // oldest first

bool take(storage::Connection&, const std::string& port_id, const Taken&);  // false: in use
void give_back(storage::Connection&, const Taken&);

// A router's port that has it.
std::optional<std::string> router_port_with(storage::Connection&, const Taken&);

// The address after the highest one taken, so that one just given back is not given out at once; where there is none,
// the lowest free one. None: the pools are exhausted.
std::optional<domain::Address> take_free(storage::Connection&, const Subnet&, const std::string& port_id);

}  // namespace tricircle::api
