#include "domain/errors.hpp"
#include "domain/shown.hpp"
#include "domain/subnet.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::domain {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostNameservers = 5;  // Neutron's max_dns_nameservers
constexpr std::size_t kMostRoutes = 20;      // Neutron's max_subnet_host_routes
constexpr std::string_view kDelegated = "prefix_delegation";
constexpr std::string_view kSlaac = "slaac";
constexpr std::string_view kStateless = "dhcpv6-stateless";

[[noreturn]] void refuse(std::string_view message) {
  throw invalid_input(fmt::format("Invalid input for operation: {}.", message));
}

[[noreturn]] void refuse_request(std::string_view message) {
  throw base::Error(base::ErrorKind::bad_request, "BadRequest", fmt::format("Bad subnets request: {}.", message));
}

std::string_view text(const Record& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool flag(const Record& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool is_v6(const Record& subnet) {
  return subnet.at("ip_version").to_number<std::int64_t>() == 6;
}

Cidr cidr_of(const Record& subnet) {
  return parse_cidr(text(subnet, "cidr")).value();
}

void check_version(bool v6, bool is_v6, std::string_view name, std::string_view value) {
  if (is_v6 != v6) refuse(fmt::format("{} '{}' does not match the ip_version '{}'", name, value, v6 ? 6 : 4));
}

void check_version_of_address(bool v6, std::string_view name, std::string_view address) {
  check_version(v6, parse_address(address).value().v6, name, address);
}

void check_dhcp(const Cidr& cidr) {
  if (cidr.prefix > (cidr.network.v6 ? 126U : 30U))
    refuse("Subnet has a prefix length that is incompatible with DHCP service enabled");
  if (is_multicast(cidr)) refuse("Multicast IP subnet is not supported if enable_dhcp is True");
  if (is_loopback(cidr)) refuse("Loopback IP subnet is not supported if enable_dhcp is True");
  // Neutron's own sentence ends twice.
  if (!cidr.network.v6 && cidr.network.low == 0)
    refuse("First IP '0.0.0.0' of network is not supported if enable_dhcp is True.");
}

void check_gateway(const Cidr& cidr, std::string_view gateway) {
  check_version_of_address(cidr.network.v6, "gateway_ip", gateway);
  if (!may_be_gateway(cidr, parse_address(gateway).value())) refuse("Gateway is not valid on subnet");
}

void refuse_too_many(std::string_view subnet, std::string_view type, std::string_view what, std::size_t most) {
  throw base::Error(
      base::ErrorKind::bad_request, std::string(type),
      fmt::format("Unable to complete operation for {}. The number of {} exceeds the limit {}.", subnet, what, most));
}

void check_nameservers(bool v6, std::string_view subnet, const json::array& servers) {
  if (servers.size() > kMostNameservers)
    refuse_too_many(subnet, "DNSNameServersExhausted", "DNS nameservers", kMostNameservers);
  for (const json::value& server : servers) check_version_of_address(v6, "dns_nameserver", server.as_string());
}

void check_routes(bool v6, std::string_view subnet, const json::array& routes) {
  if (routes.size() > kMostRoutes) refuse_too_many(subnet, "HostRoutesExhausted", "host routes", kMostRoutes);
  for (const json::value& route : routes) {
    check_version_of_address(v6, "nexthop", route.at("nexthop").as_string());
    const std::string_view destination = route.at("destination").as_string();
    check_version(v6, destination.find(':') != std::string_view::npos, "destination", destination);
  }
}

void check_lists(const Record& given, bool v6, std::string_view subnet) {
  if (const json::value* servers = given.if_contains("dns_nameservers"))
    check_nameservers(v6, subnet, servers->as_array());
  if (const json::value* routes = given.if_contains("host_routes")) check_routes(v6, subnet, routes->as_array());
}

void check_modes(const Record& wanted) {
  const std::string_view ra = text(wanted, "ipv6_ra_mode");
  const std::string_view address = text(wanted, "ipv6_address_mode");
  if (!is_v6(wanted)) {
    if (!ra.empty()) refuse("ipv6_ra_mode is not valid when ip_version is 4");
    if (!address.empty()) refuse("ipv6_address_mode is not valid when ip_version is 4");
    return;
  }
  if (ra.empty() && address.empty()) return;
  if (!flag(wanted, "enable_dhcp"))
    refuse("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False");
  if (!ra.empty() && !address.empty() && ra != address)
    refuse(
        fmt::format("ipv6_ra_mode set to '{}' with ipv6_address_mode set to '{}' is not valid. "
                    "If both attributes are set, they must be the same value",
                    ra, address));
  if (has_automatic_addresses(ra, address) && cidr_of(wanted).prefix != 64)
    refuse(
        fmt::format("Invalid CIDR {} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires "
                    "the prefix to be /64",
                    text(wanted, "cidr")));
}

std::string shown_range(const AddressRange& range) {
  return fmt::format("{}-{}", to_text(range.first), to_text(range.last));
}

void check_pool(const Cidr& cidr, const AddressRange& pool, const json::value& given) {
  if (pool.first.v6 != pool.last.v6 || pool.last < pool.first)
    throw base::Error(base::ErrorKind::bad_request, "InvalidAllocationPool",
                      fmt::format("The allocation pool {} is not valid.", shown(given)));
  if (pool.first.v6 != cidr.network.v6)
    throw base::Error(base::ErrorKind::bad_request, "InvalidAllocationPool",
                      fmt::format("The allocation pool {} is not valid.", shown_range(pool)));
  const AddressRange most = pool_addresses(cidr);
  if (!most.contains(pool.first) || !most.contains(pool.last))
    throw base::Error(
        base::ErrorKind::bad_request, "OutOfBoundsAllocationPool",
        fmt::format("The allocation pool {} spans beyond the subnet cidr {}.", shown_range(pool), to_text(cidr)));
}

void check_pools(const Cidr& cidr, const json::value& given) {
  const std::vector<AddressRange> pools = pools_in(given);
  for (std::size_t at = 0; at < pools.size(); ++at) check_pool(cidr, pools[at], given.as_array()[at]);
  for (auto one = pools.begin(); one != pools.end(); ++one) {
    for (auto other = one + 1; other != pools.end(); ++other) {
      if (one->first <= other->last && other->first <= one->last)
        throw base::Error(base::ErrorKind::conflict, "OverlappingAllocationPools",
                          fmt::format("Found overlapping allocation pools: {} {} for subnet {}.", shown_range(*one),
                                      shown_range(*other), to_text(cidr)));
    }
  }
}

void check_gateway_outside(std::string_view gateway, const json::value& pools) {
  if (gateway.empty()) return;
  const Address address = parse_address(gateway).value();
  for (const AddressRange& pool : pools_in(pools)) {
    if (pool.contains(address))
      throw base::Error(base::ErrorKind::conflict, "GatewayConflictWithAllocationPools",
                        fmt::format("Gateway ip {} conflicts with allocation pool {}.", gateway, shown_range(pool)));
  }
}

json::array shown_pools(const std::vector<AddressRange>& pools) {
  json::array list;
  for (const AddressRange& pool : pools) list.push_back({{"start", to_text(pool.first)}, {"end", to_text(pool.last)}});
  return list;
}

// This server has no subnet pools: whoever names one names one that is not there.
void check_pool_attributes(const Record& wanted, bool has_cidr) {
  if (has_cidr && wanted.contains("prefixlen")) refuse_request("cidr and prefixlen must not be supplied together");
  const std::string_view pool = text(wanted, "subnetpool_id");
  const bool use_default = flag(wanted, "use_default_subnetpool");
  if (use_default && !pool.empty()) refuse_request("subnetpool_id and use_default_subnetpool cannot both be specified");
  if (!pool.empty() && !(pool == kDelegated && has_cidr))
    throw base::Error(base::ErrorKind::not_found, "SubnetPoolNotFound",
                      fmt::format("Subnet pool {} could not be found.", pool));
  if (use_default) refuse_request(fmt::format("No default subnetpool found for IPv{}", is_v6(wanted) ? 6 : 4));
  if (!has_cidr) refuse_request("a subnetpool must be specified in the absence of a cidr");
}

}  // namespace

bool has_automatic_addresses(std::string_view ra_mode, std::string_view address_mode) {
  return ra_mode == kSlaac || ra_mode == kStateless || address_mode == kSlaac || address_mode == kStateless;
}

void check_new_subnet(Record& wanted) {
  check_pool_attributes(wanted, wanted.contains("cidr"));
  for (const std::string_view name : {"prefixlen", "subnetpool_id", "use_default_subnetpool"}) wanted.erase(name);
  const Cidr cidr = cidr_of(wanted);
  const bool v6 = is_v6(wanted);
  check_version(v6, cidr.network.v6, "cidr", text(wanted, "cidr"));
  if (flag(wanted, "enable_dhcp")) check_dhcp(cidr);
  if (const std::string_view gateway = text(wanted, "gateway_ip"); !gateway.empty()) check_gateway(cidr, gateway);
  check_lists(wanted, v6, "new subnet");
  check_modes(wanted);
}

void complete_subnet(Record& wanted) {
  const Cidr cidr = cidr_of(wanted);
  if (!wanted.contains("gateway_ip")) wanted["gateway_ip"] = to_text(default_gateway(cidr));
  const std::string gateway(text(wanted, "gateway_ip"));
  if (const json::value* pools = wanted.if_contains("allocation_pools")) {
    check_pools(cidr, *pools);
    check_gateway_outside(gateway, *pools);
  }
  const std::optional<Address> address = parse_address(gateway);
  if (address && !may_be_gateway(cidr, *address))
    throw base::Error(base::ErrorKind::conflict, "IpamValueInvalid",
                      fmt::format("Gateway IP {} cannot be allocated in CIDR {}", gateway, to_text(cidr)));
  const json::value* pools = wanted.if_contains("allocation_pools");
  if (pools == nullptr || pools->as_array().empty())
    wanted["allocation_pools"] = shown_pools(default_pools(cidr, address));
  if (cidr.prefix == 0) refuse("0 is not allowed as CIDR prefix length");
}

void check_subnet_change(const Record& before, const Record& changes) {
  const Cidr cidr = cidr_of(before);
  const bool v6 = is_v6(before);
  if (flag(changes, "enable_dhcp") && !flag(before, "enable_dhcp")) check_dhcp(cidr);
  if (const std::string_view gateway = text(changes, "gateway_ip"); !gateway.empty()) check_gateway(cidr, gateway);
  check_lists(changes, v6, text(before, "id"));
  const bool modes = !text(before, "ipv6_ra_mode").empty() || !text(before, "ipv6_address_mode").empty();
  if (modes && changes.contains("enable_dhcp") && !flag(changes, "enable_dhcp"))
    refuse("Cannot disable enable_dhcp with ipv6 attributes set");
  const json::value* pools = changes.if_contains("allocation_pools");
  if (pools != nullptr) check_pools(cidr, *pools);
  const std::string_view gateway = text(changes.contains("gateway_ip") ? changes : before, "gateway_ip");
  if (pools != nullptr || gateway != text(before, "gateway_ip"))
    check_gateway_outside(gateway, pools == nullptr ? before.at("allocation_pools") : *pools);
}

}  // namespace tricircle::domain
