// Addresses and networks as people write them: the looser spellings that Neutron takes, and its words for those that it
// does not. Pure, any thread, no throw.
#pragma once
#include "domain/ip.hpp"

#include <string>

#include <boost/json/value.hpp>

namespace tricircle::domain {

// As parse_cidr, and also 10.1/16, 10.0.0.0/255.255.0.0, zeros before IPv4 numbers, spaces around, no prefix at all
// (one address).
std::optional<Cidr> parse_loose_cidr(std::string_view);

// Why a value is no address, route destination or network in the strict form; "" = it is one.
std::string address_fault(const boost::json::value&);
std::string route_fault(const boost::json::value&);
std::string network_fault(const boost::json::value&);

}  // namespace tricircle::domain
