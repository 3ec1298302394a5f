// What pods tell the centre about their ports and networks: the spec's update port request, and their deletes. Inside
// the caller's transaction; throw base::Error.
#pragma once
#include "api/plugin.hpp"
#include "base/clock.hpp"

#include <optional>
#include <string>

namespace tricircle::api {

// The region that the request speaks for ('' = it is no pod's word). Only the service role may name one: forbidden.
std::string reporting_region(const Call&, const domain::Record* given);

// PUT /v2.0/ports/{id} with binding:profile {region, device, host, revision_number, created_at, local_id,
// local_network_id}: routings, and the central port's host and device; of a port that the pod made also its addresses.
// An older report of the same port is ignored, an equal one writes nothing.
void take_report(storage::Connection&, const domain::Record& port, const domain::Record& given,
                 const std::string& region, base::Micros now);

// POST /v2.0/ports with an id and such a profile: a port that a pod made by itself. It is there, whatever quotas,
// address pools and default values would say, so it is written down as it is, and reported as above. The same port
// again is reported again. Throws not_found (network), and conflict where another port of the network has its MAC
// address.
bool tells_of_local_port(const domain::Record& given);
domain::Record adopt_port(storage::Connection&, domain::Record wanted, const std::string& region, base::Micros now);

// A pod has deleted its port or network: its routing goes, and a central port that was made for this pod.
void take_delete(storage::Connection&, const domain::Resource&, const domain::Record& object,
                 const std::string& region);

std::string pod_of_region(storage::Connection&, const std::string& region);  // throws not_found

}  // namespace tricircle::api
