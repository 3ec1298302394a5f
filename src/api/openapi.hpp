// The API as an OpenAPI 3.1 document, made from the routes and the catalogue, so that it cannot say other than the
// server does. Pure; any thread. Throws std::logic_error for a route that nothing is known of.
#pragma once
#include "api/router.hpp"

#include <boost/json/object.hpp>

namespace tricircle::api {

boost::json::object openapi_document(const Router&);

}  // namespace tricircle::api
