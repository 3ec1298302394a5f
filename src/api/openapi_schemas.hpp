// JSON schemas of the catalogue's resources, for the API document. Pure; any thread.
#pragma once
#include "domain/catalogue.hpp"

#include <boost/json/object.hpp>

namespace tricircle::api {

boost::json::object schema_of(const domain::Attribute&);
boost::json::object shown_schema(const domain::Resource&);      // as an answer has it; `fields` may leave out any
boost::json::object posted_schema(const domain::Resource&);     // under the resource's key in a POST
boost::json::object put_schema(const domain::Resource&);        // likewise in a PUT
boost::json::array filter_parameters(const domain::Resource&);  // of a list's query

}  // namespace tricircle::api
