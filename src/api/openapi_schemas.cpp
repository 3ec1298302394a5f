#include "api/openapi_schemas.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Attribute;
using domain::Kind;
using domain::Resource;

json::object of_type(std::string_view type) {
  return {{"type", type}};
}

json::object text_of(std::string_view format) {
  return {{"type", "string"}, {"format", format}};
}

template <typename Values>
json::array listed(const Values& values) {
  json::array list;
  for (const auto& value : values) list.emplace_back(value);
  return list;
}

json::object text_schema(const Attribute& attribute) {
  json::object schema = of_type("string");
  if (attribute.high > 0) schema["maxLength"] = attribute.high;
  return schema;
}

json::object integer_schema(const Attribute& attribute) {
  json::object schema = of_type("integer");
  if (!attribute.numbers.empty()) {
    schema["enum"] = listed(attribute.numbers);
  } else if (attribute.high > 0) {
    schema["minimum"] = attribute.low;
    schema["maximum"] = attribute.high;
  }
  return schema;
}

json::object plain_schema(const Attribute& attribute) {
  switch (attribute.kind) {
    case Kind::uuid:
      return text_of("uuid");
    case Kind::text:
    case Kind::mac:
    case Kind::address:
    case Kind::cidr:
      return text_schema(attribute);
    case Kind::boolean:
      return of_type("boolean");
    case Kind::integer:
      return integer_schema(attribute);
    case Kind::choice: {
      json::object schema = of_type("string");
      schema["enum"] = listed(attribute.choices);
      return schema;
    }
    case Kind::text_list:
      return {{"type", "array"}, {"items", of_type("string")}};
    case Kind::object:
      return of_type("object");
    case Kind::object_list:
      return {{"type", "array"}, {"items", of_type("object")}};
    case Kind::time:
      return text_of("date-time");
    default:
      return {};  // a kind of its own: any value
  }
}

bool may_be_null(const Attribute& attribute) {
  return (attribute.can & domain::kNullable) != 0 || attribute.fallback == "null" || attribute.sql == "NULL";
}

// How something is to be made, and no part of it afterwards.
bool is_only_asked(const Attribute& attribute) {
  return (attribute.can & domain::kDerived) != 0 && (attribute.can & domain::kPost) != 0 && attribute.sql.empty();
}

// `use` = domain::kPost or kPut.
json::object body_schema(const Resource& resource, unsigned use) {
  json::object properties;
  json::array required;
  for (const Attribute& attribute : resource.attributes) {
    if ((attribute.can & use) == 0) continue;
    json::object schema = schema_of(attribute);
    if (use == domain::kPost && !attribute.fallback.empty() && attribute.fallback != domain::kByHand)
      schema["default"] = json::parse(attribute.fallback);
    if (attribute.name == "project_id") properties["tenant_id"] = schema;
    properties[attribute.name] = std::move(schema);
    if (use == domain::kPost && (attribute.can & domain::kRequired) != 0) required.emplace_back(attribute.name);
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace

json::object schema_of(const Attribute& attribute) {
  json::object schema = plain_schema(attribute);
  if (!may_be_null(attribute) || schema.empty()) return schema;
  if (schema.contains("enum")) schema["enum"].as_array().emplace_back(nullptr);
  schema["type"] = json::array{schema.at("type"), "null"};
  return schema;
}

json::object shown_schema(const Resource& resource) {
  json::object properties;
  if (resource.find("id") == nullptr) properties["id"] = text_of("uuid");
  for (const Attribute& attribute : resource.attributes) {
    if ((attribute.can & domain::kHidden) != 0 || is_only_asked(attribute)) continue;
    properties[attribute.name] = schema_of(attribute);
    if (attribute.name == "project_id") properties["tenant_id"] = schema_of(attribute);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

json::object posted_schema(const Resource& resource) {
  return body_schema(resource, domain::kPost);
}

json::object put_schema(const Resource& resource) {
  return body_schema(resource, domain::kPut);
}

json::array filter_parameters(const Resource& resource) {
  json::array parameters;
  for (const Attribute& attribute : resource.attributes) {
    if ((attribute.can & domain::kFilter) == 0) continue;
    parameters.push_back(json::object{{"name", attribute.name},
                                      {"in", "query"},
                                      {"description", "Equal to one of these"},
                                      {"schema", {{"type", "array"}, {"items", of_type("string")}}}});
  }
  return parameters;
}

}  // namespace tricircle::api
