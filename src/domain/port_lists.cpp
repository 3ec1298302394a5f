#include "base/ids.hpp"
#include "domain/errors.hpp"
#include "domain/ip_text.hpp"
#include "domain/list_shapes.hpp"
#include "domain/mac.hpp"
#include "domain/port.hpp"
#include "domain/shown.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tricircle::domain {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostPairs = 10;  // Neutron's max_allowed_address_pair

std::string fixed_ip_fault(json::object& entry, std::set<std::string>& seen) {
  if (json::value* address = entry.if_contains("ip_address")) {
    if (std::string fault = address_fault(*address); !fault.empty()) return fault;
    const std::string canonical = to_text(parse_address(address->get_string()).value());
    if (!seen.insert(canonical).second) return fmt::format("Duplicate IP address '{}'", shown(*address));
    *address = canonical;
  }
  if (const json::value* subnet = entry.if_contains("subnet_id")) {
    if (!subnet->is_string() || !base::is_uuid(subnet->get_string()))
      return fmt::format("'{}' is not a valid UUID", shown(*subnet));
  }
  return {};
}

void refuse_unknown_keys(const json::object& pair) {
  std::vector<std::string_view> unknown;
  for (const auto& entry : pair) {
    if (entry.key() != "mac_address" && entry.key() != "ip_address") unknown.push_back(entry.key());
  }
  if (!unknown.empty()) throw bad_request(fmt::format("Unrecognized attribute(s) '{}'", fmt::join(unknown, ", ")));
}

void check_mac(json::value& given) {
  const auto mac = given.is_string() ? parse_mac(given.get_string()) : std::nullopt;
  if (!mac || is_reserved(*mac)) throw bad_request(fmt::format("'{}' is not a valid MAC address", shown(given)));
  given = to_text(*mac);
}

void check_address(const json::value& given) {
  const bool network = given.is_string() && given.get_string().find('/') != json::string::npos;
  const std::string fault = network ? network_fault(given) : address_fault(given);
  if (!fault.empty()) throw bad_request(fault);
}

void check_pair(json::object& pair, std::set<std::string>& seen) {
  json::value* mac = pair.if_contains("mac_address");
  if (mac != nullptr) check_mac(*mac);
  const json::value* address = pair.if_contains("ip_address");
  if (address == nullptr)
    throw base::Error(base::ErrorKind::bad_request, "AllowedAddressPairsMissingIP",
                      "AllowedAddressPair must contain ip_address");
  const std::string both =
      fmt::format("mac_address {} ip_address {}", shown(mac == nullptr ? json::value() : *mac), shown(*address));
  if (!seen.insert(both).second)
    throw base::Error(base::ErrorKind::bad_request, "DuplicateAddressPairInRequest",
                      fmt::format("Request contains duplicate address pair: {}.", both));
  refuse_unknown_keys(pair);
  check_address(*address);
}

bool is_line(const json::value* given, std::size_t most) {
  if (given == nullptr || !given->is_string()) return false;
  const std::string_view text = given->get_string();
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return false;
  if (text.find_first_of("\r\n") < text.size() - 1) return false;
  return characters(text) <= most;
}

bool is_ip_version(json::value& given) {
  if (given.is_string() && (given == json::string("4") || given == json::string("6")))
    given = given.get_string()[0] - '0';
  return given.is_int64() && (given.get_int64() == 4 || given.get_int64() == 6);
}

// A name and a value, perhaps an IP version; routers and static routes may be told of as nothing.
bool is_dhcp_option(json::value& given) {
  constexpr std::size_t kLongestName = 64;
  constexpr std::size_t kLongestValue = 255;
  json::object* option = given.if_object();
  if (option == nullptr || !is_line(option->if_contains("opt_name"), kLongestName)) return false;
  json::value* version = option->if_contains("ip_version");
  if (version != nullptr && !is_ip_version(*version)) return false;
  const json::value* value = option->if_contains("opt_value");
  if (value == nullptr || option->size() != (version == nullptr ? 2U : 3U)) return false;
  const json::string& name = option->at("opt_name").get_string();
  const bool blank = (name == "router" || name == "classless-static-route") && value->is_string() &&
                     characters(value->get_string()) <= kLongestValue;
  const bool good = value->is_null() || blank || is_line(value, kLongestValue);
  if (version == nullptr) option->emplace("ip_version", 4);
  return good;
}

bool same_option(const json::value& one, const json::value& other) {
  return one.at("opt_name") == other.at("opt_name") && one.at("ip_version") == other.at("ip_version");
}

}  // namespace

std::string fixed_ips_shape(json::value& given) {
  auto* list = given.if_array();
  if (list == nullptr) return fmt::format("Invalid data format for fixed IP: '{}'", shown(given));
  std::set<std::string> seen;
  for (json::value& entry : *list) {
    if (!entry.is_object()) return fmt::format("Invalid data format for fixed IP: '{}'", shown(entry));
    if (std::string fault = fixed_ip_fault(entry.get_object(), seen); !fault.empty()) return fault;
  }
  return {};
}

std::string address_pairs_shape(json::value& given) {
  auto* list = given.if_array();
  if (list == nullptr) throw bad_request("Allowed address pairs must be a list.");
  if (list->size() > kMostPairs)
    throw base::Error(base::ErrorKind::bad_request, "AllowedAddressPairExhausted",
                      fmt::format("The number of allowed address pair exceeds the maximum {}.", kMostPairs));
  std::set<std::string> seen;
  for (json::value& pair : *list) {
    if (!pair.is_object()) return fmt::format("'{}' is not a dictionary", shown(pair));
    check_pair(pair.get_object(), seen);
  }
  return {};
}

std::string dhcp_options_shape(json::value& given) {
  const auto refuse = [](const std::string& why) {
    throw invalid_input(fmt::format("Invalid input for operation: {}.", why));
  };
  auto* list = given.if_array();
  if (list == nullptr) refuse(fmt::format("'{}' is not a list", shown(given)));
  if (const std::string fault = duplicates_fault(*list); !fault.empty()) refuse(fault);
  for (json::value& option : *list) {
    const json::value as_given = option;
    if (!is_dhcp_option(option)) refuse(fmt::format("No valid key specs matched for: {}", shown(as_given)));
  }
  return {};
}

json::array changed_dhcp_options(const json::array& before, const json::array& changes) {
  json::array options = before;
  for (const json::value& change : changes) {
    auto* stands = std::find_if(options.begin(), options.end(),
                                [&](const json::value& option) { return same_option(option, change); });
    if (stands != options.end()) stands = options.erase(stands);
    if (!change.at("opt_value").is_null()) options.insert(stands, change);
  }
  return options;
}

}  // namespace tricircle::domain
