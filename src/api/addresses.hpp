// Which port has which address. The key of ip_allocations is why an address is never given twice: each is taken by an
// insert that may fail, never by looking first. Inside the caller's writing transaction, any thread; throws
// base::Error.
#pragma once
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <string>

#include <boost/json/array.hpp>

namespace tricircle::api {

// Takes what `wanted` (checked fixed_ips; null: one address of each IP version that the network has) asks for. What the
// port has already and wants again it keeps, the rest is given back. Returns fixed_ips as it then stands.
boost::json::array allocate_addresses(storage::Connection&, const std::string& network_id, const std::string& port_id,
                                      const boost::json::value& wanted);

}  // namespace tricircle::api
