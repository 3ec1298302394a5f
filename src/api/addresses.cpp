#include "api/addresses.hpp"

#include "api/columns.hpp"
#include "api/fixed_ips.hpp"
#include "domain/errors.hpp"
#include "domain/mac.hpp"
#include "domain/port.hpp"
#include "xjob/address_blocks.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Address;
using storage::Connection;

json::object entry(const Taken& taken) {
  return {{"subnet_id", taken.subnet_id}, {"ip_address", domain::to_text(taken.address)}};
}

void take_or_refuse(Connection& db, const AddressedPort& port, const Taken& taken) {
  // What a region gives out by itself may be in use there already.
  const std::vector<domain::AddressRange> others = xjob::blocks_of(db, taken.subnet_id, {});
  const bool is_theirs = std::ranges::any_of(others, [&](const auto& block) { return block.contains(taken.address); });
  if (!is_theirs && take(db, port.id, taken)) return;
  throw base::Error(
      base::ErrorKind::conflict, "IpAddressAlreadyAllocated",
      fmt::format("IP address {} already allocated in subnet {}", domain::to_text(taken.address), taken.subnet_id));
}

// One address of each version, from the first subnet that has one left.
json::array one_of_each_version(Connection& db, const AddressedPort& port, const std::vector<Subnet>& subnets) {
  json::array given;
  for (const bool v6 : {false, true}) {
    bool tried = false;
    std::optional<Address> address;
    for (const Subnet& subnet : subnets) {
      if (address || subnet.automatic || subnet.cidr.network.v6 != v6) continue;
      tried = true;
      address = take_free(db, subnet, port.id);
      if (address) given.push_back(entry({subnet.id, *address}));
    }
    if (tried && !address) throw domain::ip_address_generation_failure(port.network_id);
  }
  return given;
}

// Named addresses first, so that none of them goes to an entry that takes any.
void take_all(Connection& db, const AddressedPort& port, const std::vector<Asked>& asked, json::array& given) {
  for (const Asked& one : asked) {
    if (!one.address) continue;
    take_or_refuse(db, port, {one.subnet->id, *one.address});
    given.push_back(entry({one.subnet->id, *one.address}));
  }
  for (const Asked& one : asked) {
    if (one.address) continue;
    const std::optional<Address> address = take_free(db, *one.subnet, port.id);
    if (!address) throw domain::ip_address_generation_failure(port.network_id);
    given.push_back(entry({one.subnet->id, *address}));
  }
}

bool has_one_in(const json::array& given, const std::string& subnet_id) {
  return std::any_of(given.begin(), given.end(),
                     [&](const json::value& one) { return text_in(one.as_object(), "subnet_id") == subnet_id; });
}

void take_automatic(Connection& db, const AddressedPort& port, const std::vector<Subnet>& subnets, json::array& given) {
  if (domain::has_no_automatic_address(port.device_owner)) return;
  for (const Subnet& subnet : subnets) {
    if (!subnet.automatic || has_one_in(given, subnet.id)) continue;
    const Taken taken{subnet.id, automatic_address(subnet, port.mac)};
    take_or_refuse(db, port, taken);
    given.push_back(entry(taken));
  }
}

std::vector<Taken> taken_in(const json::array& fixed_ips) {
  std::vector<Taken> all;
  for (const json::value& one : fixed_ips)
    all.push_back(
        {text_in(one.as_object(), "subnet_id"), domain::parse_address(text_in(one.as_object(), "ip_address")).value()});
  return all;
}

}  // namespace

void refuse_automatic_addresses(Connection& db, const AddressedPort& port, const json::value& wanted) {
  if (wanted.is_null() || domain::is_router_interface(port.device_owner)) return;
  const std::vector<Subnet> subnets = candidates(db, port);
  for (const Asked& one : all_asked_for(db, port, subnets, wanted.as_array())) {
    if (one.address && one.subnet->automatic) throw on_automatic_subnet(*one.subnet, *one.address);
  }
}

json::array allocate_addresses(Connection& db, const AddressedPort& port, const json::value& wanted) {
  const std::vector<Subnet> subnets = candidates(db, port);
  json::array given;
  if (wanted.is_null()) {
    given = one_of_each_version(db, port, subnets);
  } else {
    take_all(db, port, to_take(port, all_asked_for(db, port, subnets, wanted.as_array())), given);
  }
  take_automatic(db, port, subnets, given);
  return given;
}

json::array change_addresses(Connection& db, const AddressedPort& port, const json::array& before,
                             const json::value& wanted, bool mac_changed) {
  const std::vector<Taken> has = taken_in(before);
  std::set<std::string> renewed;
  for (const Taken& taken : has) {
    if (mac_changed && domain::is_eui64(taken.address)) renewed.insert(taken.subnet_id);
  }
  const json::array& list = wanted.is_null() ? before : wanted.as_array();
  AddressChange change = compared(has, list, renewed);
  const std::vector<Subnet> subnets = candidates(db, port);
  const std::vector<Asked> asked = all_asked_for(db, port, subnets, change.add);
  const std::vector<Asked> add = to_take(port, asked);
  json::array given;
  for (const Taken& unclaimed : change.unclaimed) {
    const Subnet* subnet = with_id(subnets, unclaimed.subnet_id);
    const bool stays = subnet != nullptr && subnet->automatic && !renewed.contains(subnet->id) &&
                       !domain::has_no_automatic_address(port.device_owner);
    if (stays) {
      change.kept.push_back(unclaimed);
    } else {
      give_back(db, unclaimed);
    }
  }
  for (const Taken& kept : change.kept) given.push_back(entry(kept));
  take_all(db, port, add, given);
  take_automatic(db, port, subnets, given);
  return given;
}

std::vector<Readdressed> add_automatic_addresses(Connection& db, const std::string& network_id,
                                                 const std::string& subnet_id) {
  const std::vector<Subnet> subnets = subnets_of(db, network_id);
  const Subnet* subnet = with_id(subnets, subnet_id);
  std::vector<Readdressed> readdressed;
  if (subnet == nullptr || !subnet->automatic) return readdressed;
  const auto ports =
      db.execute("SELECT id, mac_address, device_owner, fixed_ips FROM ports WHERE network_id = ?", {network_id});
  for (const storage::Row& row : ports.rows()) {
    const std::string owner = row.text("device_owner");
    if (domain::has_no_automatic_address(owner) || !serves(*subnet, owner)) continue;
    const Taken taken{subnet_id, automatic_address(*subnet, row.text("mac_address"))};
    if (!take(db, row.text("id"), taken)) continue;
    json::array fixed_ips = json::parse(row.text("fixed_ips")).as_array();
    fixed_ips.push_back(entry(taken));
    readdressed.push_back({row.text("id"), std::move(fixed_ips)});
  }
  return readdressed;
}

std::vector<Readdressed> give_back_all(Connection& db, const std::string& subnet_id, bool automatic) {
  std::vector<Readdressed> readdressed;
  const auto ports = db.execute(
      "SELECT id, device_owner, fixed_ips FROM ports WHERE id IN (SELECT port_id FROM ip_allocations WHERE "
      "subnet_id = ?)",
      {subnet_id});
  for (const storage::Row& row : ports.rows()) {
    const std::string owner = row.text("device_owner");
    if (domain::is_router_interface(owner) || (!automatic && !domain::goes_with_its_network(owner)))
      throw domain::subnet_in_use(subnet_id);
    json::array others;
    const json::value fixed_ips = json::parse(row.text("fixed_ips"));
    for (const json::value& one : fixed_ips.as_array()) {
      if (text_in(one.as_object(), "subnet_id") != subnet_id) others.push_back(one);
    }
    readdressed.push_back({row.text("id"), std::move(others)});
  }
  db.execute("DELETE FROM ip_allocations WHERE subnet_id = ?", {subnet_id});
  return readdressed;
}

void note_address(Connection& db, const std::string& port_id, const json::object& fixed_ip) {
  const auto address = domain::parse_address(text_in(fixed_ip, "ip_address"));
  if (address) take(db, port_id, {text_in(fixed_ip, "subnet_id"), *address});
}

}  // namespace tricircle::api
