#include "api/body.hpp"

#include "domain/errors.hpp"
#include "domain/validate.hpp"

#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;

base::Error invalid_data() {
  return domain::bad_request("Body contains invalid data");
}

base::Error no_object(const domain::Resource& resource) {
  return domain::bad_request(fmt::format("Object '{}' contains invalid data", resource.name));
}

std::optional<json::value> readable(const std::string& text) {
  json::parse_options options;
  options.max_depth = 256;
  boost::system::error_code error;
  json::value body = json::parse(text, error, {}, options);
  if (error) return std::nullopt;
  return body;
}

// Neutron's code says "not body", which is more than one thing.
bool is_nothing(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return true;
    case json::kind::bool_:
      return !value.get_bool();
    case json::kind::int64:
      return value.get_int64() == 0;
    case json::kind::uint64:
      return value.get_uint64() == 0;
    case json::kind::double_:
      return value.get_double() == 0;
    case json::kind::string:
      return value.get_string().empty();
    case json::kind::array:
      return value.get_array().empty();
    case json::kind::object:
      return value.get_object().empty();
  }
  return false;
}

// Two servers of Neutron's share its resources: that of its own, and an older one for what extensions bring.
json::value core_body(const http::Request& request) {
  if (request.body.empty()) return json::object{};
  std::optional<json::value> body = readable(request.body);
  if (!body || !body->is_object()) throw invalid_data();
  return std::move(*body);
}

json::value extension_body(const http::Request& request) {
  json::value body = parse_body(request);
  if (is_nothing(body)) throw domain::bad_request("Resource body required");
  if (!body.is_object()) throw invalid_data();
  return body;
}

const json::object& read(const domain::Resource& resource, Call& call) {
  call.body = resource.extension.empty() ? core_body(call.request) : extension_body(call.request);
  return call.body.get_object();
}

// An entry of a bulk request is the object, or the object under its own key.
const json::object& entry_of(const domain::Resource& resource, const json::value& item) {
  if (const json::object* object = item.if_object())
    return object->contains(resource.name) ? domain::body_object(resource, item) : *object;
  if (item.is_string() || item.is_array()) throw no_object(resource);
  throw invalid_data();
}

}  // namespace

json::value parse_body(const http::Request& request) {
  if (request.body.empty()) return nullptr;
  std::optional<json::value> body = readable(request.body);
  if (!body)
    throw base::Error(base::ErrorKind::bad_request, "MalformedRequestBody",
                      "Malformed request body: Cannot understand JSON.");
  return std::move(*body);
}

GivenObjects given_objects(const domain::Resource& resource, Call& call, bool takes_several) {
  const json::object& whole = read(resource, call);
  const json::value* list = takes_several ? whole.if_contains(resource.collection) : nullptr;
  if (list == nullptr) return {false, {&domain::body_object(resource, call.body)}};
  if (is_nothing(*list)) throw domain::bad_request("Resources required");
  if (list->is_string() || list->is_object()) throw no_object(resource);  // Python goes through these too
  if (!list->is_array()) throw invalid_data();
  GivenObjects given{true, {}};
  for (const json::value& item : list->get_array()) given.objects.push_back(&entry_of(resource, item));
  return given;
}

const json::object& given_object(const domain::Resource& resource, Call& call) {
  read(resource, call);
  return domain::body_object(resource, call.body);
}

void refuse_body(const http::Request& request) {
  if (!request.body.empty()) throw domain::bad_request("Request body is not supported in DELETE.");
}

}  // namespace tricircle::api
