#include "domain/errors.hpp"
#include "domain/ip_text.hpp"
#include "domain/list_shapes.hpp"
#include "domain/shown.hpp"
#include "domain/subnet.hpp"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::domain {
namespace {

namespace json = boost::json;

// What a device_owner may begin with where a subnet is for some of them only.
constexpr std::array<std::string_view, 3> kOwners{"network:", "neutron:", "compute:"};

void make_canonical(json::value& address) {
  address = to_text(parse_address(address.get_string()).value());
}

}  // namespace

std::string pools_shape(json::value& given) {
  auto* list = given.if_array();
  if (list == nullptr) return fmt::format("Invalid data format for IP pool: '{}'", shown(given));
  for (json::value& pool : *list) {
    if (std::string fault = keys_fault(pool, {"start", "end"}); !fault.empty()) return fault;
    for (const std::string_view key : {"start", "end"}) {
      json::value& address = pool.at(key);
      if (std::string fault = address_fault(address); !fault.empty()) return fault;
      make_canonical(address);
    }
  }
  return {};
}

std::string nameservers_shape(json::value& given) {
  // Whatever can be counted through is one to Neutron: an empty object is no nameserver.
  if (given.is_object() && given.get_object().empty()) given = json::array();
  const auto* list = given.if_array();
  if (list == nullptr) return fmt::format("Invalid data format for nameserver: '{}'", shown(given));
  for (auto server = list->begin(); server != list->end(); ++server) {
    if (const std::string fault = address_fault(*server); !fault.empty())
      return fmt::format("'{}' is not a valid nameserver. {}", shown(*server), fault);
    if (std::find(list->begin(), server, *server) != server)
      return fmt::format("Duplicate nameserver '{}'", shown(*server));
  }
  return {};
}

std::string routes_shape(json::value& given) {
  auto* list = given.if_array();
  if (list == nullptr) return fmt::format("Invalid data format for hostroute: '{}'", shown(given));
  for (auto route = list->begin(); route != list->end(); ++route) {
    if (std::string fault = keys_fault(*route, {"destination", "nexthop"}); !fault.empty()) return fault;
    if (std::string fault = route_fault(route->at("destination")); !fault.empty()) return fault;
    if (std::string fault = address_fault(route->at("nexthop")); !fault.empty()) return fault;
    if (std::find(list->begin(), route, *route) != route) return fmt::format("Duplicate hostroute '{}'", shown(*route));
  }
  for (json::value& route : *list) make_canonical(route.at("nexthop"));
  return {};
}

std::string service_types_shape(json::value& given) {
  const auto* list = given.if_array();
  if (list == nullptr) throw bad_request("Subnet service types must be a list.");
  for (const json::value& type : *list) {
    if (!type.is_string())
      throw base::Error(base::ErrorKind::bad_request, "InvalidInputSubnetServiceType",
                        fmt::format("Subnet service type {} is not a string.", shown(type)));
    const std::string_view text = type.get_string();
    if (std::none_of(kOwners.begin(), kOwners.end(), [&](std::string_view owner) { return text.starts_with(owner); }))
      throw base::Error(
          base::ErrorKind::bad_request, "InvalidSubnetServiceType",
          fmt::format("Subnet service type {} does not correspond to a valid device owner.", shown(type)));
  }
  return duplicates_fault(*list);
}

std::vector<AddressRange> pools_in(const json::value& allocation_pools) {
  std::vector<AddressRange> pools;
  for (const json::value& pool : allocation_pools.as_array())
    pools.push_back(
        {parse_address(pool.at("start").as_string()).value(), parse_address(pool.at("end").as_string()).value()});
  return pools;
}

}  // namespace tricircle::domain
