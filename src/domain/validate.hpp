// From a request's JSON to a Record that the catalogue allows, with Neutron's words where it does not. Pure; any
// thread. Throws base::Error: bad_request with type "HTTPBadRequest" (unknown or missing attributes, attribute not
// allowed) or "InvalidInput"... as real Neutron answers (see error texts in errors.hpp).
#pragma once
#include "domain/catalogue.hpp"

namespace tricircle::domain {

// The object under `resource.name` of a parsed body. "Unable to find 'policy' in request body" and so on.
const boost::json::object& body_object(const Resource&, const boost::json::value& body);

// POST: checked, coerced, defaults filled in. project_id/tenant_id: merged into project_id (they must agree).
// Attributes that have no default and are not given are absent from the result.
Record parsed_for_create(const Resource&, const boost::json::object& given);

// PUT: only what was given, checked and coerced.
Record parsed_for_update(const Resource&, const boost::json::object& given);

// One value of an attribute, as given in JSON.
boost::json::value coerced(const Attribute&, const boost::json::value&);

}  // namespace tricircle::domain
