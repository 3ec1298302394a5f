#include "api/body.hpp"

#include "domain/errors.hpp"
#include "domain/validate.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;

void refuse_empty(const json::value& body) {
  if (body.is_null()) throw domain::bad_request("Resource body required");
}

// An entry of a bulk request is the object, or the object under its own key.
const json::object& entry_of(const domain::Resource& resource, const json::value& item) {
  const json::object* object = item.if_object();
  if (object == nullptr) throw domain::bad_request("Body contains invalid data");
  const json::value* inner = object->if_contains(resource.name);
  return inner != nullptr && inner->is_object() ? inner->get_object() : *object;
}

}  // namespace

json::value parse_body(const http::Request& request) {
  if (request.body.empty()) return nullptr;
  json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  json::value body = json::parse(request.body, error, {}, options);
  if (error || !body.is_object()) throw domain::bad_request("Body contains invalid data");
  return body;
}

GivenObjects given_objects(const domain::Resource& resource, const json::value& body, bool takes_several) {
  refuse_empty(body);
  const json::object* whole = body.if_object();
  const json::value* list = whole == nullptr || !takes_several ? nullptr : whole->if_contains(resource.collection);
  if (list == nullptr) return {false, {&domain::body_object(resource, body)}};
  if (!list->is_array()) throw domain::bad_request("Body contains invalid data");
  if (list->get_array().empty()) throw domain::bad_request("Resources required");
  GivenObjects given{true, {}};
  for (const json::value& item : list->get_array()) given.objects.push_back(&entry_of(resource, item));
  return given;
}

const json::object& given_object(const domain::Resource& resource, const json::value& body) {
  refuse_empty(body);
  return domain::body_object(resource, body);
}

}  // namespace tricircle::api
