// Tags of policies, networks, subnets and ports. One transaction a call; any thread; throw base::Error.
#pragma once
#include "api/router.hpp"
#include "api/services.hpp"

namespace tricircle::api {

void add_tag_routes(Router&, const Services&);

}  // namespace tricircle::api
