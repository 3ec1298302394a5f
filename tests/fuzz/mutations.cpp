#include "mutations.hpp"

#include "domain/catalogue.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::fuzz {
namespace {

namespace json = boost::json;
using domain::Attribute;
using domain::Resource;

struct Place {
  const Resource* resource;
  std::string collection;  // the path to POST to
  std::string one;         // the path of one that is there
};

const std::vector<Place>& places() {
  static const std::vector<Place> all = [] {
    std::vector<Place> made = {
        {&domain::network_resource(), "/v2.0/networks", "/v2.0/networks/@4"},
        {&domain::network_resource(), "/v2.0/networks", "/v2.0/networks/@7"},
        {&domain::subnet_resource(), "/v2.0/subnets", "/v2.0/subnets/@5"},
        {&domain::subnet_resource(), "/v2.0/subnets", "/v2.0/subnets/@8"},
        {&domain::port_resource(), "/v2.0/ports", "/v2.0/ports/@6"},
        {&domain::port_resource(), "/v2.0/ports", "/v2.0/ports/@9"},
        {&domain::policy_resource(), "/v2.0/qos/policies", "/v2.0/qos/policies/@0"},
        {&domain::policy_resource(), "/v2.0/qos/policies", "/v2.0/qos/policies/@1"},
        {&domain::rbac_policy_resource(), "/v2.0/rbac-policies", "/v2.0/rbac-policies/#0"},
    };
    for (const domain::RuleType& type : domain::rule_types()) {
      const std::string path = "/v2.0/qos/policies/@0/" + std::string(type.resource.collection);
      made.push_back({&type.resource, path, path + (type.type == "dscp_marking" ? "/@3" : "/@2")});
    }
    return made;
  }();
  return all;
}

const std::vector<std::string>& other_targets() {
  static const std::vector<std::string> all = {
      "/v2.0/ports/@6/tags",
      "/v2.0/ports/@6/tags/blue",
      "/v2.0/qos/policies/@0/tags",
      "/v2.0/policies/@0/tags/x",
      "/v2.0/networks/@4/tags",
      "/v2.0/quotas/p1",
      "/v2.0/quotas/p2/details.json",
      "/v2.0/quotas",
      "/v2.0/qos/rule-types",
      "/v2.0/qos/rule-types/bandwidth_limit",
      "/v2.0/qos/alias-bandwidth-limit-rules/@2",
      "/v2.0/qos/alias_dscp_marking_rules/@3",
      "/v2.0/extensions",
      "/v2.0/networks?fields=id&limit=1&sort_key=name&sort_dir=desc",
  };
  return all;
}

const std::vector<std::string>& texts() {
  static const std::vector<std::string> all = {"",
                                               "x",
                                               "p1",
                                               "p2",
                                               "*",
                                               "yes",
                                               "ingress",
                                               "egress",
                                               "any",
                                               "@0",
                                               "@1",
                                               "@4",
                                               "@5",
                                               "@6",
                                               "@7",
                                               "#0",
                                               "10.0.0.5",
                                               "10.0.0.1",
                                               "10.0.0.0",
                                               "10.0.0.0/24",
                                               "0.0.0.0/0",
                                               "fd00::1",
                                               "fd00::/64",
                                               "fd00::5",
                                               "10.1.0.0/30",
                                               "10.1.0.0/32",
                                               "::/0",
                                               "aa:bb:cc:dd:ee:ff",
                                               "01:00:5e:00:00:01",
                                               "network:dhcp",
                                               "slaac",
                                               "network",
                                               "qos_policy",
                                               "access_as_shared",
                                               "access_as_external",
                                               "normal",
                                               "vlan",
                                               "1e99",
                                               "-1",
                                               "é\U0001F600",
                                               std::string(255, 'a'),
                                               std::string(256, 'b'),
                                               std::string("\0", 1),
                                               "a,b",
                                               "a/b",
                                               "%00",
                                               "dhcpv6-stateful"};
  return all;
}

json::value fitting_value(const Attribute& attribute, const std::string& text) {
  switch (attribute.kind) {
    case domain::Kind::boolean:
      return true;
    case domain::Kind::integer:
      return attribute.numbers.empty() ? json::value(1000) : json::value(attribute.numbers[0]);
    case domain::Kind::choice:
      return attribute.choices.empty() ? json::value(text) : json::value(attribute.choices[0]);
    case domain::Kind::uuid:
      return attribute.name == "network_id" ? "@4" : "@0";
    case domain::Kind::mac:
      return "aa:bb:cc:dd:ee:01";
    case domain::Kind::address:
      return "10.0.0.7";
    case domain::Kind::cidr:
      return "10.9.0.0/28";
    case domain::Kind::text_list:
      return json::array{json::value(text)};
    case domain::Kind::object:
      return json::object{{"region", "r"}};
    case domain::Kind::object_list: {
      if (attribute.name == "fixed_ips")
        return json::array{json::object{{"subnet_id", "@5"}, {"ip_address", "10.0.0.9"}}};
      if (attribute.name == "allocation_pools")
        return json::array{json::object{{"start", "10.9.0.3"}, {"end", "10.9.0.9"}}};
      if (attribute.name == "host_routes")
        return json::array{json::object{{"destination", "10.8.0.0/16"}, {"nexthop", "10.9.0.1"}}};
      if (attribute.name == "allowed_address_pairs") return json::array{json::object{{"ip_address", "10.0.0.8"}}};
      return json::array{json::object{{"opt_name", "x"}, {"opt_value", "y"}}};
    }
    case domain::Kind::text:
    case domain::Kind::time:
      break;
  }
  return json::value(text);
}

}  // namespace

void Mutator::change(std::vector<Step>& steps) {
  switch (steps.empty() ? 0 : below(10)) {
    case 0:
      steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(below(steps.size() + 1)), fresh_step());
      break;
    case 1:
      steps.push_back(one_of(steps));
      break;
    case 2:
      if (steps.size() > 1) steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(below(steps.size())));
      break;
    case 3:
      std::swap(steps[below(steps.size())], steps[below(steps.size())]);
      break;
    case 4:
      steps = parse_steps(changed_text(text_of(steps)));
      break;
    default:
      change_step(steps[below(steps.size())]);
  }
}

void Mutator::mix_in(std::vector<Step>& steps, const std::vector<Step>& others) {
  const std::size_t keep = below(steps.size() + 1);
  const std::size_t from = below(others.size() + 1);
  steps.resize(keep);
  steps.insert(steps.end(), others.begin() + static_cast<std::ptrdiff_t>(from), others.end());
}

std::string Mutator::changed_text(const std::string& text) {
  std::string room = text;
  room.resize(text.size() + 64);
  room.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(room.data()), text.size(), room.size()));
  return room;
}

Step Mutator::fresh_step() {
  const std::size_t number = below(places().size());
  const Place& place = places()[number];
  Step step{"amngrs"[below(6)], "POST", place.collection, ""};
  switch (below(4)) {
    case 0:
      step.method = "PUT";
      step.target = place.one;
      break;
    case 1:
      step.method = once_in(2) ? "DELETE" : "GET";
      step.target = place.one;
      return step;
    default:
      break;
  }
  json::object object = fresh_object(number);
  if (step.method == "POST" && once_in(6)) {
    step.body = json::serialize(json::object{{place.resource->collection, json::array{object, fresh_object(number)}}});
  } else {
    step.body = json::serialize(json::object{{place.resource->name, std::move(object)}});
  }
  return step;
}

json::object Mutator::fresh_object(std::size_t resource) {
  json::object object;
  for (const Attribute& attribute : places()[resource].resource->attributes) {
    const bool required = (attribute.can & domain::kRequired) != 0;
    const bool settable = (attribute.can & (domain::kPost | domain::kPut)) != 0;
    if (required ? once_in(20) : !settable || !once_in(4)) continue;
    object[attribute.name] = once_in(4) ? fresh_value() : fitting_value(attribute, one_of(texts()));
  }
  return object;
}

void Mutator::change_step(Step& step) {
  static const std::vector<std::string> methods = {"GET", "POST", "PUT", "DELETE"};
  switch (below(8)) {
    case 0:
      step.role = "amngrs"[below(6)];
      return;
    case 1:
      step.method = one_of(methods);
      return;
    case 2:
      change_target(step);
      return;
    case 3:
      step.body = changed_text(step.body);
      return;
    default:
      break;
  }
  boost::system::error_code error;
  json::value body = json::parse(step.body, error);
  if (error) body = json::object{};
  change_json(body);
  step.body = json::serialize(body);
}

void Mutator::change_target(Step& step) {
  const Place& place = one_of(places());
  switch (below(4)) {
    case 0:
      step.target = place.collection;
      break;
    case 1:
      step.target = place.one;
      break;
    case 2:
      step.target = one_of(other_targets());
      break;
    default:
      step.target = changed_text(step.target);
  }
}

void Mutator::change_json(json::value& value) {
  if (json::object* object = value.if_object(); object != nullptr && !once_in(12)) {
    if (object->empty() || once_in(4)) {
      const auto attributes = one_of(places()).resource->attributes;
      const Attribute& attribute = attributes[below(attributes.size())];
      (*object)[attribute.name] = once_in(2) ? fitting_value(attribute, one_of(texts())) : fresh_value();
      return;
    }
    const auto chosen = object->begin() + static_cast<std::ptrdiff_t>(below(object->size()));
    if (once_in(6)) {
      object->erase(chosen);
    } else {
      change_json(chosen->value());
    }
    return;
  }
  if (json::array* array = value.if_array(); array != nullptr && !array->empty() && !once_in(6)) {
    json::value& chosen = (*array)[below(array->size())];
    if (once_in(4)) {
      const json::value copy = chosen;
      array->push_back(copy);
    } else {
      change_json(chosen);
    }
    return;
  }
  if (value.is_string() && once_in(3)) {
    value = changed_text(std::string(value.get_string()));
    return;
  }
  value = fresh_value();
}

json::value Mutator::fresh_value() {
  switch (below(12)) {
    case 0:
      return nullptr;
    case 1:
      return once_in(2);
    case 2:
      return json::array{};
    case 3:
      return json::object{};
    case 4:
      return json::array{fresh_value()};
    case 5:
      return json::object{{"ip_address", fresh_value()}, {"subnet_id", "@5"}};
    case 6: {
      static const std::vector<std::int64_t> numbers = {
          0, 1, -1, 4, 6, 46, 68, 65535, 64, 2147483647, 2147483648, -9223372036854775807 - 1};
      return one_of(numbers);
    }
    case 7:
      return once_in(2) ? json::value(1.5) : json::value(18446744073709551615U);
    default:
      return json::value(one_of(texts()));
  }
}

}  // namespace tricircle::fuzz
