#include "api/openapi.hpp"

#include "api/openapi_schemas.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Resource;

json::object reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

// {"network": <schema>}
json::object under(std::string_view key, json::value schema) {
  return {{"type", "object"}, {"properties", json::object{{key, std::move(schema)}}}, {"required", json::array{key}}};
}

json::object list_of(json::value schema) {
  return {{"type", "array"}, {"items", std::move(schema)}};
}

json::object content(json::value schema) {
  return {{"application/json", json::object{{"schema", std::move(schema)}}}};
}

json::object answered(std::string_view status, std::string_view what, json::value schema) {
  json::object response{{"description", what}};
  if (!schema.is_null()) response["content"] = content(std::move(schema));
  return {{status, std::move(response)}};
}

json::object operation(std::string summary, json::object responses, json::value body = nullptr) {
  responses["default"] =
      json::object{{"description", "What went wrong"}, {"content", content(reference("NeutronError"))}};
  json::object made{{"summary", std::move(summary)}, {"responses", std::move(responses)}};
  if (!body.is_null()) made["requestBody"] = json::object{{"required", true}, {"content", content(std::move(body))}};
  return made;
}

json::array list_parameters(const Resource& resource) {
  json::array parameters = filter_parameters(resource);
  for (const char* name : {"limit", "marker", "page_reverse", "sort_key", "sort_dir", "fields"})
    parameters.push_back(json::object{
        {"name", name}, {"in", "query"}, {"schema", {{"type", "array"}, {"items", {{"type", "string"}}}}}});
  return parameters;
}

json::object on_collection(const std::string& method, const Resource& resource) {
  const std::string one(resource.name);
  if (method == "POST")
    return operation(
        "Make a " + one, answered("201", "Made", under(one, reference(one))),
        json::object{{"anyOf", json::array{under(one, reference(one + "_post")),
                                           under(resource.collection, list_of(json::object{{"type", "object"}}))}}});
  json::object listing = operation("List " + std::string(resource.collection),
                                   answered("200", "A page", under(resource.collection, list_of(reference(one)))));
  listing["parameters"] = list_parameters(resource);
  return listing;
}

// `key`: the object's in bodies.
json::object on_object(const std::string& method, const Resource& resource, const std::string& key) {
  const std::string one(resource.name);
  if (method == "GET") return operation("Show a " + one, answered("200", "It", under(key, reference(one))));
  if (method == "DELETE") return operation("Delete a " + one, answered("204", "Gone", nullptr));
  return operation("Change a " + one, answered("200", "As it is now", under(key, reference(one))),
                   under(key, reference(one + "_put")));
}

json::object on_tags(const std::string& method, bool one) {
  const json::object tags = under("tags", list_of(json::object{{"type", "string"}}));
  if (one && method == "GET") return operation("Is the tag there?", answered("204", "It is", nullptr));
  if (one && method == "PUT") return operation("Add a tag", answered("201", "It is there", nullptr));
  if (method == "DELETE") return operation("Remove tags", answered("204", "Gone", nullptr));
  if (method == "GET") return operation("List tags", answered("200", "All", tags));
  return operation(method == "PUT" ? "Replace all tags" : "Add tags", answered("200", "All", tags), tags);
}

// What is in no catalogue: the parts around the resources.
json::object on_others(const std::string& method, const std::string& path) {
  const json::object any{{"type", "object"}};
  if (path == "/v2.0/quotas" && method == "POST") return operation("Not supported", json::object{});
  if (path == "/v2.0/quotas")
    return operation("Projects with quotas of their own", answered("200", "All", under("quotas", list_of(any))));
  if (path.starts_with("/v2.0/quotas/tenant"))
    return operation("Whose token?", answered("200", "", under("tenant", any)));
  if (path.starts_with("/v2.0/quotas/project"))
    return operation("Whose token?", answered("200", "", under("project", any)));
  if (path.starts_with("/v2.0/quotas/") && method == "DELETE")
    return operation("Back to the defaults", answered("204", "Gone", nullptr));
  if (path.starts_with("/v2.0/quotas/"))
    return operation("A project's quotas", answered("200", "Limits", under("quota", any)),
                     method == "PUT" ? json::value(under("quota", any)) : json::value());
  if (path == "/v2.0/qos/rule-types")
    return operation("Rule types", answered("200", "All", under("rule_types", list_of(any))));
  if (path.starts_with("/v2.0/qos/rule-types/"))
    return operation("Parameters of a rule type", answered("200", "It", under("rule_type", any)));
  if (path == "/v2.0/extensions")
    return operation("Extensions", answered("200", "All", under("extensions", list_of(any))));
  if (path.starts_with("/v2.0/extensions/"))
    return operation("An extension", answered("200", "It", under("extension", any)));
  if (path == "/v2.0") return operation("Resources", answered("200", "All", under("resources", list_of(any))));
  // A read-only list of things that the centre tells and does not keep: "/v2.0/security-groups".
  std::string key = path.substr(path.rfind('/') + 1);
  std::replace(key.begin(), key.end(), '-', '_');
  if (method == "GET" && path.find('{') == std::string::npos)
    return operation("List " + key, answered("200", "All", under(key, list_of(any))));
  throw std::logic_error("nothing is known of " + method + " " + path);
}

json::object operation_of(const std::string& method, const std::string& path) {
  for (const Resource* resource : domain::resources()) {
    const std::string all(resource->path);
    if (!all.starts_with("/v2.0/")) continue;
    if (path == all) return on_collection(method, *resource);
    if (path == all + "/{id}") return on_object(method, *resource, std::string(resource->name));
  }
  if (path.ends_with("/tags") || path.ends_with("/tags/{tag}")) return on_tags(method, path.ends_with("}"));
  for (const domain::RuleType& type : domain::rule_types()) {
    const Resource& rule = type.resource;
    const std::string all = std::string(rule.path) + "/{policy_id}/" + std::string(rule.collection);
    if (path == all) return on_collection(method, rule);
    if (path == all + "/{id}") return on_object(method, rule, std::string(rule.name));
    std::string alias = "/v2.0/qos/alias_" + std::string(rule.collection) + "/{id}";
    std::string dashed = path;
    std::replace(dashed.begin(), dashed.end(), '-', '_');
    if (dashed == alias) return on_object(method, rule, "alias_" + std::string(rule.name));
  }
  return on_others(method, path);
}

json::array path_parameters(std::string_view path) {
  json::array parameters;
  for (std::size_t from = path.find('{'); from != std::string_view::npos; from = path.find('{', from + 1)) {
    const std::string_view name = path.substr(from + 1, path.find('}', from) - from - 1);
    parameters.push_back(
        json::object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  return parameters;
}

void add_schemas(json::object& schemas, const Resource& resource) {
  const std::string name(resource.name);
  schemas[name] = shown_schema(resource);
  schemas[name + "_post"] = posted_schema(resource);
  schemas[name + "_put"] = put_schema(resource);
}

json::object all_schemas() {
  json::object schemas;
  for (const Resource* resource : domain::resources()) {
    if (resource->path.starts_with("/v2.0/")) add_schemas(schemas, *resource);
  }
  for (const domain::RuleType& type : domain::rule_types()) add_schemas(schemas, type.resource);
  const json::object text{{"type", "string"}};
  schemas["NeutronError"] =
      json::object{{"type", "object"},
                   {"additionalProperties",
                    {{"type", "object"}, {"properties", {{"type", text}, {"message", text}, {"detail", text}}}}}};
  return schemas;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

}  // namespace

json::object openapi_document(const Router& router) {
  json::object paths;
  for (const auto& [method, path] : router.routes()) {
    json::value& item = paths[path];
    if (item.is_null()) item = json::object{{"parameters", path_parameters(path)}};
    item.as_object()[lower(method)] = operation_of(method, path);
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Tricircle QoS: central Neutron"},
            {"version", "v2.0"},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", all_schemas()}}}};
}

}  // namespace tricircle::api
