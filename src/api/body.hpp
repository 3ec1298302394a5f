// A request's JSON body. Pure, any thread; throws base::Error (bad_request).
#pragma once
#include "domain/catalogue.hpp"
#include "http/message.hpp"

#include <vector>

namespace tricircle::api {

boost::json::value parse_body(const http::Request&);  // null when there is none

struct GivenObjects {
  bool bulk = false;  // the body has the collection's key: the answer has it too
  std::vector<const boost::json::object*> objects;
};

// What a POST gives: one object, or where the resource takes several at once a list of them. Points into `body`.
GivenObjects given_objects(const domain::Resource&, const boost::json::value& body, bool takes_several);

const boost::json::object& given_object(const domain::Resource&, const boost::json::value& body);

}  // namespace tricircle::api
