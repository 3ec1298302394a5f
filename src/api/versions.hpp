// What a client asks before it asks for anything else: the versions, the resources, the extensions. Any thread.
#pragma once
#include "api/router.hpp"

namespace tricircle::api {

http::Response version_document(const http::Request&);  // GET /, for anyone
void add_discovery_routes(Router&);

}  // namespace tricircle::api
