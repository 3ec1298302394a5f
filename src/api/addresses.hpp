// Which port has which address. The key of ip_allocations is why an address is never given twice: each is taken by an
// insert that may fail, never by looking first. Inside the caller's writing transaction, any thread; throws
// base::Error.
#pragma once
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <string>
#include <vector>

#include <boost/json/array.hpp>

namespace tricircle::api {

// What of a port its addresses depend on.
struct AddressedPort {
  std::string id;
  std::string network_id;
  std::string mac;
  std::string device_owner;
};

// Nobody asks for an address in a subnet where addresses follow from the MAC, but for a router.
void refuse_automatic_addresses(storage::Connection&, const AddressedPort&, const boost::json::value& wanted);

// Takes what a new port asks for (checked fixed_ips; null: one address of each IP version that the network has), and
// its address in each subnet where that follows from the MAC. Returns fixed_ips as it then stands.
boost::json::array allocate_addresses(storage::Connection&, const AddressedPort&, const boost::json::value& wanted);

// The same for a port that has `before` already: what it wants again it keeps, the rest is given back but for addresses
// that follow from the MAC; those change when that does. `wanted` null: what it has. `port` has its new MAC.
boost::json::array change_addresses(storage::Connection&, const AddressedPort& port, const boost::json::array& before,
                                    const boost::json::value& wanted, bool mac_changed);

// A port whose addresses have changed because its subnet came or went, with its new fixed_ips.
struct Readdressed {
  std::string port_id;
  boost::json::array fixed_ips;
};

// The ports of a network get their address in a new subnet of it, if that has automatic ones.
std::vector<Readdressed> add_automatic_addresses(storage::Connection&, const std::string& network_id,
                                                 const std::string& subnet_id);

// All ports' addresses in a subnet that is being deleted are given back. Throws subnet_in_use while a router or, but in
// a subnet of automatic addresses, a port of a user has one.
std::vector<Readdressed> give_back_all(storage::Connection&, const std::string& subnet_id, bool automatic);

// What the centre has given to a port, for its pod's own table.
void note_address(storage::Connection&, const std::string& port_id, const boost::json::object& fixed_ip);

}  // namespace tricircle::api
