// Reading what a port asks for in fixed_ips, as Neutron does: which subnets it may choose from, which one each entry
// means, and what of it the port has already. Changes nothing. Inside the caller's transaction, any thread; throws
// base::Error.
#pragma once
#include "api/address_search.hpp"
#include "api/addresses.hpp"
#include "base/error.hpp"

#include <set>

namespace tricircle::api {

struct Asked {
  const Subnet* subnet = nullptr;  // of the candidates
  std::optional<domain::Address> address;
};

const Subnet* with_id(const std::vector<Subnet>&, std::string_view id);
bool serves(const Subnet&, std::string_view device_owner);  // by its service types
domain::Address automatic_address(const Subnet&, std::string_view mac);
base::Error on_automatic_subnet(const Subnet&, const domain::Address&);

// The subnets of the port's network that serve it, those for its kind of port first. None: the network has no subnets
// at all; where all are for other ports that is an error.
std::vector<Subnet> candidates(storage::Connection&, const AddressedPort&);

std::vector<Asked> all_asked_for(storage::Connection&, const AddressedPort&, const std::vector<Subnet>&,
                                 const boost::json::array& wanted);

// Those of `asked` that are to be taken: an automatic address comes by itself. Throws on_automatic_subnet for any other
// address in such a subnet.
std::vector<Asked> to_take(const AddressedPort&, const std::vector<Asked>& asked);

// What a list of fixed_ips asks of a port that has `has`: named addresses are matched before entries that take any of a
// subnet. Entries in the subnets `renewed` do not count.
struct AddressChange {
  boost::json::array add;
  std::vector<Taken> kept;
  std::vector<Taken> unclaimed;
};
AddressChange compared(const std::vector<Taken>& has, const boost::json::array& wanted,
                       const std::set<std::string>& renewed);

}  // namespace tricircle::api
