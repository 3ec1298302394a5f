// GET /v2.0/qos/rule-types: what the catalogue's rule types can say. Any thread; throws base::Error.
#pragma once
#include "api/router.hpp"

namespace tricircle::api {

void add_rule_type_routes(Router&);

}  // namespace tricircle::api
