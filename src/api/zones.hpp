// Availability zones: what the pods of the store say of themselves. Any thread; throw base::Error.
#pragma once
#include "api/router.hpp"
#include "api/services.hpp"

#include <boost/json/array.hpp>

namespace tricircle::api {

// GET /v2.0/availability_zones.
void add_zone_routes(Router&, const Services&);

// A network may be wanted in a pod's zone, by the name of either, or in its region. Inside the caller's transaction.
void check_zone_hints(storage::Connection&, const boost::json::array& hints);

}  // namespace tricircle::api
