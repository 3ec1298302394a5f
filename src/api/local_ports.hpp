// Ports that a pod made by itself, as the centre keeps them: nothing is given out and nothing is refused, for they are
// there. Inside the caller's writing transaction, any thread; throw base::Error.
#pragma once
#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <string>

#include <boost/json/array.hpp>

namespace tricircle::api {

// The row as the pod tells it, without addresses. Throws not_found (its network), conflict (its MAC address).
void insert_as_it_is(storage::Connection&, domain::Record port, base::Micros now);

// Notes that the port has these `fixed_ips` ({subnet_id, ip_address} of the pod) and no others, so that the centre
// gives none of them out; one that another port has already is shown on both. Subnets are the pod's: by routing, by the
// same id, or by what the address is in; one that the centre does not know stays as the pod named it. Returns fixed_ips
// in the centre's ids.
boost::json::array record_addresses(storage::Connection&, const domain::Record& port, const std::string& pod_id,
                                    const boost::json::array& fixed_ips);

// How new what the pod has told of the port is: what it tells later is compared with this. The port is routed there.
void note_report(storage::Connection&, const std::string& port_id, const std::string& pod_id,
                 const std::string& created_at, std::int64_t revision);

}  // namespace tricircle::api
