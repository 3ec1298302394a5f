// A request's JSON body. Pure, any thread; throws base::Error (bad_request).
#pragma once
#include "api/router.hpp"

#include <vector>

namespace tricircle::api {

// Of what Neutron's extensions bring: in its words when it is no JSON. Null when there is none.
boost::json::value parse_body(const http::Request&);

struct GivenObjects {
  bool bulk = false;  // the body has the collection's key: the answer has it too
  std::vector<const boost::json::object*> objects;
};

// What a POST gives: one object, or where the resource takes several at once a list of them. Points into `call.body`,
// which is read here.
GivenObjects given_objects(const domain::Resource&, Call&, bool takes_several);

// What a PUT gives, as above.
const boost::json::object& given_object(const domain::Resource&, Call&);

// A DELETE has none.
void refuse_body(const http::Request&);

}  // namespace tricircle::api
