#include "api/addresses.hpp"

#include "api/address_search.hpp"
#include "api/columns.hpp"
#include "domain/errors.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Address;
using domain::Record;
using storage::Connection;

constexpr std::size_t kMostAddresses = 5;  // Neutron's max_fixed_ips_per_port

struct Asked {
  const Subnet* subnet;  // of the network's
  std::optional<Address> address;
};

base::Error refused(std::string_view type, std::string_view message) {
  return {base::ErrorKind::bad_request, std::string(type), std::string(message)};
}

const Subnet* with_id(const std::vector<Subnet>& subnets, std::string_view id) {
  const auto found =
      std::find_if(subnets.begin(), subnets.end(), [&](const Subnet& subnet) { return subnet.id == id; });
  return found == subnets.end() ? nullptr : &*found;
}

bool may_have(const Subnet& subnet, const Address& address) {
  return domain::contains(subnet.cidr, address) && domain::usable_addresses(subnet.cidr).contains(address);
}

const Subnet* holding(const std::vector<Subnet>& subnets, const Address& address) {
  const auto found =
      std::find_if(subnets.begin(), subnets.end(), [&](const Subnet& subnet) { return may_have(subnet, address); });
  return found == subnets.end() ? nullptr : &*found;
}

Asked asked_for(const std::string& network_id, const std::vector<Subnet>& subnets, const json::object& entry) {
  if (subnets.empty())
    throw domain::invalid_input("Invalid input for operation: IP allocation requires subnets for network.");
  const std::string subnet_id = text_in(entry, "subnet_id");
  const std::optional<Address> address = domain::parse_address(text_in(entry, "ip_address"));
  if (!subnet_id.empty()) {
    const Subnet* subnet = with_id(subnets, subnet_id);
    if (subnet == nullptr)
      throw domain::invalid_input(
          fmt::format("Invalid input for operation: Failed to create port on network {}, because fixed_ips included "
                      "invalid subnet {}.",
                      network_id, subnet_id));
    if (address && !may_have(*subnet, *address))
      throw refused("InvalidIpForSubnet", fmt::format("IP address {} is not a valid IP for the specified subnet.",
                                                      domain::to_text(*address)));
    return {subnet, address};
  }
  if (!address)
    throw domain::invalid_input("Invalid input for operation: IP allocation requires subnet_id or ip_address.");
  const Subnet* subnet = holding(subnets, *address);
  if (subnet == nullptr)
    throw refused("InvalidIpForNetwork",
                  fmt::format("IP address {} is not a valid IP for any of the subnets on the specified network.",
                              domain::to_text(*address)));
  return {subnet, address};
}

std::vector<Asked> all_asked_for(const std::string& network_id, const std::vector<Subnet>& subnets,
                                 const json::array& wanted) {
  if (wanted.size() > kMostAddresses)
    throw domain::invalid_input("Invalid input for operation: Exceeded maximum amount of fixed ips per port.");
  std::vector<Asked> asked;
  for (const json::value& entry : wanted) asked.push_back(asked_for(network_id, subnets, entry.as_object()));
  return asked;
}

json::object entry(const Taken& taken) {
  return {{"subnet_id", taken.subnet_id}, {"ip_address", domain::to_text(taken.address)}};
}

// One address of each version, from the first subnet that has one left.
json::array one_of_each_version(Connection& db, const std::string& network_id, const std::string& port_id,
                                const std::vector<Subnet>& subnets) {
  json::array given;
  for (const bool v6 : {false, true}) {
    bool tried = false;
    std::optional<Address> address;
    for (const Subnet& subnet : subnets) {
      if (address || subnet.cidr.network.v6 != v6) continue;
      tried = true;
      address = take_free(db, subnet, port_id);
      if (address) given.push_back(entry({subnet.id, *address}));
    }
    if (tried && !address) throw domain::ip_address_generation_failure(network_id);
  }
  return given;
}

// Moves what the port has and `asked` wants from `has` to the answer; explicit addresses before those of any kind.
std::vector<std::optional<Address>> kept(const std::vector<Asked>& asked, std::vector<Taken>& has) {
  std::vector<std::optional<Address>> result(asked.size());
  for (const bool any_kind : {false, true}) {
    for (std::size_t at = 0; at < asked.size(); ++at) {
      if (result[at] || asked[at].address.has_value() == any_kind) continue;
      const auto match = std::find_if(has.begin(), has.end(), [&](const Taken& taken) {
        return taken.subnet_id == asked[at].subnet->id && (any_kind || taken.address == *asked[at].address);
      });
      if (match == has.end()) continue;
      result[at] = match->address;
      has.erase(match);
    }
  }
  return result;
}

}  // namespace

json::array allocate_addresses(Connection& db, const std::string& network_id, const std::string& port_id,
                               const json::value& wanted) {
  const std::vector<Subnet> subnets = subnets_of(db, network_id);
  if (wanted.is_null()) return one_of_each_version(db, network_id, port_id, subnets);
  const std::vector<Asked> asked = all_asked_for(network_id, subnets, wanted.as_array());
  std::vector<Taken> has = taken_by(db, port_id);
  std::vector<std::optional<Address>> addresses = kept(asked, has);
  for (const Taken& unwanted : has) give_back(db, unwanted);
  // Named addresses first, so that none of them goes to an entry that takes any.
  for (std::size_t at = 0; at < asked.size(); ++at) {
    if (addresses[at] || !asked[at].address) continue;
    if (!take(db, *asked[at].subnet, port_id, *asked[at].address))
      throw domain::ip_in_use(domain::to_text(*asked[at].address), network_id);
    addresses[at] = asked[at].address;
  }
  json::array given;
  for (std::size_t at = 0; at < asked.size(); ++at) {
    if (!addresses[at]) addresses[at] = take_free(db, *asked[at].subnet, port_id);
    if (!addresses[at]) throw domain::ip_address_generation_failure(network_id);
    given.push_back(entry({asked[at].subnet->id, *addresses[at]}));
  }
  return given;
}

}  // namespace tricircle::api
