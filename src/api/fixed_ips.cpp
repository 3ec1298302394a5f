#include "api/fixed_ips.hpp"

#include "api/columns.hpp"
#include "domain/errors.hpp"
#include "domain/mac.hpp"
#include "domain/port.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Address;
using storage::Connection;

constexpr std::string_view kDhcp = "network:dhcp";

base::Error refused(std::string_view type, const std::string& message) {
  return {base::ErrorKind::bad_request, std::string(type), message};
}

base::Error asks_for_nothing() {
  return domain::invalid_input("Invalid input for operation: IP allocation requires subnet_id or ip_address.");
}

// An entry's subnet that the port cannot have one of.
base::Error no_such_subnet(Connection& db, const std::string& network_id, const std::string& subnet_id) {
  if (db.execute("SELECT id FROM subnets WHERE id = ?", {subnet_id}).empty())
    return domain::not_found(domain::subnet_resource(), subnet_id);
  return domain::invalid_input(
      fmt::format("Invalid input for operation: Failed to create port on network {}, because fixed_ips included "
                  "invalid subnet {}.",
                  network_id, subnet_id));
}

Asked asked_for(Connection& db, const AddressedPort& port, const std::vector<Subnet>& subnets,
                const json::object& entry) {
  if (subnets.empty())
    throw domain::invalid_input("Invalid input for operation: IP allocation requires subnets for network.");
  const std::string subnet_id = text_in(entry, "subnet_id");
  const std::optional<Address> address = domain::parse_address(text_in(entry, "ip_address"));
  const bool to_router = port.device_owner.empty() || domain::is_router_port(port.device_owner);
  if (!subnet_id.empty()) {
    const Subnet* subnet = with_id(subnets, subnet_id);
    if (subnet == nullptr) throw no_such_subnet(db, port.network_id, subnet_id);
    if (address && !domain::may_be_given(subnet->cidr, *address, to_router))
      throw refused("InvalidIpForSubnet", fmt::format("IP address {} is not a valid IP for the specified subnet.",
                                                      domain::to_text(*address)));
    return {subnet, address};
  }
  if (!address) throw asks_for_nothing();
  for (const Subnet& subnet : subnets) {
    if (domain::may_be_given(subnet.cidr, *address, to_router)) return {&subnet, address};
  }
  throw refused("InvalidIpForNetwork",
                fmt::format("IP address {} is not a valid IP for any of the subnets on the specified network.",
                            domain::to_text(*address)));
}

template <typename Matches>
bool claim(std::vector<Taken>& unclaimed, std::vector<Taken>& kept, const Matches& matches) {
  const auto match = std::find_if(unclaimed.begin(), unclaimed.end(), matches);
  if (match == unclaimed.end()) return false;
  kept.push_back(*match);
  unclaimed.erase(match);
  return true;
}

}  // namespace

const Subnet* with_id(const std::vector<Subnet>& subnets, std::string_view id) {
  const auto found =
      std::find_if(subnets.begin(), subnets.end(), [&](const Subnet& subnet) { return subnet.id == id; });
  return found == subnets.end() ? nullptr : &*found;
}

bool serves(const Subnet& subnet, std::string_view device_owner) {
  const std::vector<std::string>& types = subnet.service_types;
  return types.empty() || std::find(types.begin(), types.end(), device_owner) != types.end() ||
         (subnet.dhcp && device_owner == kDhcp);
}

Address automatic_address(const Subnet& subnet, std::string_view mac) {
  return domain::eui64_address(subnet.cidr, domain::parse_mac(mac).value());
}

base::Error on_automatic_subnet(const Subnet& subnet, const Address& address) {
  return refused("AllocationOnAutoAddressSubnet",
                 fmt::format("IPv6 address {} cannot be directly assigned to a port on subnet {} as the subnet is "
                             "configured for automatic addresses",
                             domain::to_text(address), subnet.id));
}

std::vector<Subnet> candidates(Connection& db, const AddressedPort& port) {
  const std::vector<Subnet> all = subnets_of(db, port.network_id);
  std::vector<Subnet> subnets;
  for (const bool special : {true, false}) {
    for (const Subnet& subnet : all) {
      if (subnet.service_types.empty() != special && serves(subnet, port.device_owner)) subnets.push_back(subnet);
    }
  }
  if (subnets.empty() && !all.empty())
    throw base::Error(base::ErrorKind::conflict, "IpAddressGenerationFailureNoMatchingSubnet",
                      fmt::format("No valid service subnet for the given device owner, network {}, service type {}.",
                                  port.network_id, port.device_owner));
  return subnets;
}

std::vector<Asked> all_asked_for(Connection& db, const AddressedPort& port, const std::vector<Subnet>& subnets,
                                 const json::array& wanted) {
  std::vector<Asked> asked;
  for (const json::value& entry : wanted) asked.push_back(asked_for(db, port, subnets, entry.as_object()));
  return asked;
}

std::vector<Asked> to_take(const AddressedPort& port, const std::vector<Asked>& asked) {
  std::vector<Asked> take;
  for (const Asked& one : asked) {
    const bool own = one.address && one.subnet->automatic && !port.mac.empty() &&
                     *one.address == automatic_address(*one.subnet, port.mac);
    if (one.subnet->automatic && one.address && !own && !domain::is_router_interface(port.device_owner))
      throw on_automatic_subnet(*one.subnet, *one.address);
    if (!one.subnet->automatic || domain::has_no_automatic_address(port.device_owner)) take.push_back(one);
  }
  return take;
}

AddressChange compared(const std::vector<Taken>& has, const json::array& wanted, const std::set<std::string>& renewed) {
  AddressChange change;
  change.unclaimed = has;
  for (const bool named : {true, false}) {
    for (const json::value& entry : wanted) {
      const std::string subnet_id = text_in(entry.as_object(), "subnet_id");
      const std::optional<Address> address = domain::parse_address(text_in(entry.as_object(), "ip_address"));
      if (address.has_value() != named || renewed.contains(subnet_id)) continue;
      if (!address && subnet_id.empty()) throw asks_for_nothing();
      const bool had = claim(change.unclaimed, change.kept, [&](const Taken& taken) {
        return address ? taken.address == *address : taken.subnet_id == subnet_id;
      });
      if (!had) change.add.push_back(entry);
    }
  }
  return change;
}

}  // namespace tricircle::api
