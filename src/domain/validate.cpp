#include "domain/validate.hpp"

#include "domain/errors.hpp"

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace tricircle::domain {
namespace {

// tenant_id is project_id's older name; where a resource has the one it takes the other.
std::string_view known_name(const Resource& resource, std::string_view name) {
  return name == "tenant_id" && resource.find("project_id") ? "project_id" : name;
}

bool knows(const Resource& resource, std::string_view name) {
  if (name == "id") return true;  // rules have one that is no attribute of their type
  const Attribute* attribute = resource.find(known_name(resource, name));
  return attribute && !(attribute->can & kHidden);
}

void refuse_unknown(const Resource& resource, const boost::json::object& given) {
  std::vector<std::string_view> unknown;
  for (const auto& entry : given) {
    if (!knows(resource, entry.key())) unknown.push_back(entry.key());
  }
  if (!unknown.empty()) throw bad_request(fmt::format("Unrecognized attribute(s) '{}'", fmt::join(unknown, ", ")));
}

void refuse_two_projects(const boost::json::object& given) {
  const auto* project = given.if_contains("project_id");
  const auto* tenant = given.if_contains("tenant_id");
  if (project && tenant && *project != *tenant) throw bad_request("'project_id' and 'tenant_id' do not match");
}

const boost::json::value* given_value(const boost::json::object& given, std::string_view name) {
  const auto* value = given.if_contains(name);
  return value || name != "project_id" ? value : given.if_contains("tenant_id");
}

void fill_in(const Attribute& attribute, Record& record) {
  if (attribute.can & kDerived || attribute.fallback == kByHand) return;
  if (!attribute.fallback.empty()) {
    record[attribute.name] = boost::json::parse(attribute.fallback);
  } else if (attribute.can & kNullable) {
    record[attribute.name] = nullptr;
  }
}

}  // namespace

const boost::json::object& body_object(const Resource& resource, const boost::json::value& body) {
  const auto* whole = body.if_object();
  if (!whole) throw bad_request("Body contains invalid data");
  const auto* part = whole->if_contains(resource.name);
  if (!part || part->is_null()) throw bad_request(fmt::format("Unable to find '{}' in request body", resource.name));
  if (!part->is_object()) throw bad_request(fmt::format("Object '{}' contains invalid data", resource.name));
  return part->get_object();
}

Record parsed_for_create(const Resource& resource, const boost::json::object& given) {
  refuse_two_projects(given);
  refuse_unknown(resource, given);
  if (given.contains("id") && !resource.find("id")) throw bad_request("Attribute 'id' not allowed in POST");
  for (const Attribute& attribute : resource.attributes) {
    const bool stands = given_value(given, attribute.name) != nullptr;
    if (stands && !(attribute.can & kPost))
      throw bad_request(fmt::format("Attribute '{}' not allowed in POST", attribute.name));
    if (!stands && attribute.can & kRequired)
      throw bad_request(fmt::format("Failed to parse request. Required attribute '{}' not specified", attribute.name));
  }
  Record record;
  for (const Attribute& attribute : resource.attributes) {
    if (const auto* value = given_value(given, attribute.name)) {
      record[attribute.name] = coerced(attribute, *value);
    } else {
      fill_in(attribute, record);
    }
  }
  return record;
}

Record parsed_for_update(const Resource& resource, const boost::json::object& given) {
  refuse_unknown(resource, given);
  Record record;
  for (const auto& entry : given) {
    const Attribute* attribute = resource.find(known_name(resource, entry.key()));
    if (attribute && attribute->can & kPut) continue;
    const std::string_view name = entry.key();
    throw bad_request(fmt::format("Cannot update read-only attribute {}", name == "project_id" ? "tenant_id" : name));
  }
  for (const auto& entry : given) {
    const Attribute& attribute = *resource.find(known_name(resource, entry.key()));
    record[attribute.name] = coerced(attribute, entry.value());
  }
  return record;
}

}  // namespace tricircle::domain
