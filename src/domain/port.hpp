// What Neutron asks of a port beyond its single attributes. Pure, any thread; throw base::Error where it is said.
#pragma once
#include "domain/catalogue.hpp"

#include <string>
#include <string_view>

#include <boost/json/array.hpp>

namespace tricircle::domain {

// Who a port is for, by its device_owner.
bool is_router_interface(std::string_view device_owner);       // of a router, on a project's network
bool has_no_automatic_address(std::string_view device_owner);  // those, and a router's SNAT
bool is_router_port(std::string_view device_owner);            // those, and its gateway
bool goes_with_its_network(std::string_view device_owner);     // made and deleted by Neutron itself: DHCP and the like
bool is_trusted(std::string_view device_owner);                // the network's own: its traffic is not filtered

// A port whose traffic is not filtered has no allowed_address_pairs. Throws.
void check_address_pairs(const Record& wanted);

// The options as they stand after a change: one of the same name and IP version takes the new value, goes when that is
// null, and stays when it is not named.
boost::json::array changed_dhcp_options(const boost::json::array& before, const boost::json::array& changes);

// Shapes of lists; see Attribute::shape.
std::string fixed_ips_shape(boost::json::value&);
std::string address_pairs_shape(boost::json::value&);  // throws
std::string dhcp_options_shape(boost::json::value&);   // throws

}  // namespace tricircle::domain
