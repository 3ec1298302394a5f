#include "api/rule_types.hpp"

#include "api/access.hpp"
#include "api/render.hpp"
#include "base/error.hpp"
#include "domain/errors.hpp"
#include "domain/validate.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Attribute;

json::object parameter_of(const Attribute& attribute) {
  json::object parameter{{"parameter_name", attribute.name}};
  if (attribute.kind == domain::Kind::integer && attribute.numbers.empty()) {
    parameter["parameter_type"] = "range";
    parameter["parameter_values"] = {{"start", attribute.low}, {"end", attribute.high}};
    return parameter;
  }
  json::array values;
  for (const std::int64_t number : attribute.numbers) values.emplace_back(number);
  for (const std::string_view choice : attribute.choices) values.emplace_back(choice);
  parameter["parameter_type"] = "choices";
  parameter["parameter_values"] = std::move(values);
  return parameter;
}

json::array drivers_of(const domain::RuleType& type) {
  json::array parameters;
  for (const Attribute& attribute : type.resource.attributes) parameters.push_back(parameter_of(attribute));
  return {json::object{{"name", "tricircle"}, {"supported_parameters", std::move(parameters)}}};
}

void refuse_unknown_filters(const http::Query& query) {
  for (const auto& [name, value] : query) {
    if (name == "fields") continue;
    if (name != "all_supported" && name != "all_rules")
      throw domain::bad_request(fmt::format("['{}'] is invalid attribute for filtering", name));
    domain::coerced(Attribute{.name = name, .kind = domain::Kind::boolean}, json::value(value));
  }
}

http::Response list(Call& call) {
  refuse_unknown_filters(call.request.query);
  json::array types;
  if (!call.caller.may("get_rule_type")) return json_response(200, json::object{{"rule_types", std::move(types)}});
  for (const domain::RuleType& type : domain::rule_types()) types.push_back(json::object{{"type", type.type}});
  return json_response(200, json::object{{"rule_types", std::move(types)}});
}

http::Response show(Call& call, const std::string& name) {
  // Neutron's words are of its code here, not of its rules.
  if (!call.caller.may("get_rule_type:drivers"))
    throw base::Error(base::ErrorKind::forbidden, "NotAuthorized", "Not authorized.");
  const domain::RuleType* type = domain::find_rule_type(name);
  if (type == nullptr)
    throw base::Error(base::ErrorKind::not_found, "QosRuleTypeNotFound",
                      fmt::format("QoS rule type {} could not be found.", name));
  return json_response(200,
                       json::object{{"rule_type", json::object{{"type", type->type}, {"drivers", drivers_of(*type)}}}});
}

}  // namespace

void add_rule_type_routes(Router& router) {
  router.add("GET", "/v2.0/qos/rule-types", [](Call& call, const Parameters&) { return list(call); });
  router.add("GET", "/v2.0/qos/rule-types/{type}",
             [](Call& call, const Parameters& path) { return show(call, path[0]); });
}

}  // namespace tricircle::api
