#include "api/versions.hpp"

#include "api/pages.hpp"
#include "api/render.hpp"
#include "base/error.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;

json::array links_to(const std::string& url) {
  return {json::object{{"rel", "self"}, {"href", url}}};
}

http::Response resources(const Call& call) {
  json::array list;
  for (const domain::Resource* resource : domain::resources()) {
    if (!resource->path.starts_with("/v2.0/")) continue;
    list.push_back(json::object{{"name", resource->name},
                                {"collection", resource->collection},
                                {"links", links_to(own_url(call.request) + std::string(resource->path))}});
  }
  return json_response(200, json::object{{"resources", std::move(list)}});
}

json::object shown_extension(const domain::Extension& extension) {
  return {{"alias", extension.alias},
          {"name", extension.name},
          {"description", extension.description},
          {"updated", extension.updated},
          {"links", json::array{}}};
}

http::Response extensions() {
  json::array list;
  for (const domain::Extension& extension : domain::extensions()) list.push_back(shown_extension(extension));
  return json_response(200, json::object{{"extensions", std::move(list)}});
}

http::Response extension(const std::string& alias) {
  for (const domain::Extension& candidate : domain::extensions()) {
    if (candidate.alias == alias) return json_response(200, json::object{{"extension", shown_extension(candidate)}});
  }
  throw base::Error(base::ErrorKind::not_found, "ExtensionNotFound",
                    fmt::format("Extension with alias {} does not exist", alias));
}

// Ports have security groups in their pods, the centre has none; clients list them all the same before they make a port
// or take a project apart.
http::Response security_groups() {
  return json_response(200, json::object{{"security_groups", json::array{}}});
}

}  // namespace

http::Response version_document(const http::Request& request) {
  const json::object version{{"id", "v2.0"}, {"status", "CURRENT"}, {"links", links_to(own_url(request) + "/v2.0/")}};
  return json_response(200, json::object{{"versions", json::array{version}}});
}

void add_discovery_routes(Router& router) {
  router.add("GET", "/v2.0", [](Call& call, const Parameters&) { return resources(call); });
  router.add("GET", "/v2.0/security-groups", [](Call&, const Parameters&) { return security_groups(); });
  router.add("GET", "/v2.0/extensions", [](Call&, const Parameters&) { return extensions(); });
  router.add("GET", "/v2.0/extensions/{alias}", [](Call&, const Parameters& path) { return extension(path[0]); });
}

}  // namespace tricircle::api
