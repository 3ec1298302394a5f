// What Neutron asks of a subnet beyond its single attributes, in Neutron's order, so that of several faults the same
// one is named. Pure, any thread; throw base::Error.
#pragma once
#include "domain/catalogue.hpp"
#include "domain/ip.hpp"

#include <string>
#include <vector>

namespace tricircle::domain {

// Of a subnet that is asked for: no subnet pool is needed or named, a cidr is there, and all agrees with it. Takes the
// pool attributes, which no subnet keeps, off.
void check_new_subnet(Record& wanted);

// Gives it the gateway and the pools that it does not name, and checks those that it does.
void complete_subnet(Record& wanted);

// Of a change of `before`; `changes` holds what is given only.
void check_subnet_change(const Record& before, const Record& changes);

// Ports have addresses that follow from their MAC (SLAAC, stateless DHCPv6).
bool has_automatic_addresses(std::string_view ra_mode, std::string_view address_mode);

// Shapes of lists; see Attribute::shape.
std::string pools_shape(boost::json::value&);
std::string nameservers_shape(boost::json::value&);
std::string routes_shape(boost::json::value&);
std::string service_types_shape(boost::json::value&);

std::vector<AddressRange> pools_in(const boost::json::value& allocation_pools);  // of checked ones

}  // namespace tricircle::domain
