#include "api/address_search.hpp"

#include "domain/port.hpp"
#include "domain/subnet.hpp"
#include "storage/sql.hpp"
#include "xjob/address_blocks.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

using domain::Address;
using domain::AddressRange;
using domain::to_key;
using storage::Connection;

// `count` addresses further, at most the last of the pool.
Address further(const AddressRange& pool, const Address& from, std::uint64_t count) {
  const std::uint64_t left = pool.last.low - from.low;
  if (from.high == pool.last.high) return {from.v6, from.high, from.low + std::min(count, left)};
  const std::uint64_t low = from.low + count;
  const Address there{from.v6, low < count ? from.high + 1 : from.high, low};
  return std::min(there, pool.last);
}

std::uint64_t taken_between(Connection& db, const Subnet& subnet, const Address& first, const Address& last) {
  const auto result =
      db.execute("SELECT COUNT(*) AS taken FROM ip_allocations WHERE subnet_id = ? AND ip_address BETWEEN ? AND ?",
                 {subnet.id, to_key(first), to_key(last)});
  return static_cast<std::uint64_t>(result.front().integer("taken"));
}

// Among n + 1 addresses of which n are taken there is a free one: halve until it is found, counting one half each time.
std::optional<Address> lowest_free(Connection& db, const Subnet& subnet, const AddressRange& pool) {
  Address first = pool.first;
  std::uint64_t span = taken_between(db, subnet, pool.first, pool.last);  // the free one is within `span` of `first`
  if (!(first.high == pool.last.high && pool.last.low - first.low < span)) {
    while (span > 0) {
      const std::uint64_t half = span / 2;
      const bool full = taken_between(db, subnet, first, further(pool, first, half)) == half + 1;
      if (full) first = further(pool, first, half + 1);
      span = full ? span - half - 1 : half;
    }
    if (pool.contains(first)) return first;
  }
  return std::nullopt;
}

std::optional<Address> highest_taken(Connection& db, const Subnet& subnet, const AddressRange& pool) {
  const auto found = db.execute(
      "SELECT ip_address FROM ip_allocations WHERE subnet_id = ? AND ip_address BETWEEN ? AND ? "
      "ORDER BY ip_address DESC LIMIT 1",
      {subnet.id, to_key(pool.first), to_key(pool.last)});
  if (found.empty()) return std::nullopt;
  return domain::from_key(found.front().text("ip_address"));
}

std::optional<Address> take_after_highest(Connection& db, const Subnet& subnet, const std::string& port_id,
                                          const AddressRange& pool) {
  const std::optional<Address> highest = highest_taken(db, subnet, pool);
  std::optional<Address> address = highest ? domain::next(*highest) : pool.first;
  // Others may take the same at this moment: theirs is not in our snapshot, but the key says so.
  for (; address && pool.contains(*address); address = domain::next(*address)) {
    if (take(db, port_id, {subnet.id, *address})) return address;
  }
  return std::nullopt;
}

std::optional<Address> take_lowest(Connection& db, const Subnet& subnet, const std::string& port_id,
                                   AddressRange pool) {
  for (;;) {
    const std::optional<Address> address = lowest_free(db, subnet, pool);
    if (!address || take(db, port_id, {subnet.id, *address})) return address;
    const std::optional<Address> after = domain::next(*address);
    if (!after || !pool.contains(*after)) return std::nullopt;
    pool.first = *after;
  }
}

}  // namespace

std::vector<Subnet> subnets_of(Connection& db, const std::string& network_id) {
  std::vector<Subnet> subnets;
  const auto found = db.execute(
      "SELECT id, cidr, allocation_pools, enable_dhcp, ipv6_ra_mode, ipv6_address_mode, service_types FROM subnets "
      "WHERE network_id = ? ORDER BY created_at, id",
      {network_id});
  for (const storage::Row& row : found.rows()) {
    Subnet& subnet = subnets.emplace_back();
    subnet.id = row.text("id");
    subnet.cidr = domain::parse_cidr(row.text("cidr")).value();
    // What pods give out by themselves is not the centre's to give.
    subnet.pools = domain::without(domain::pools_in(boost::json::parse(row.text("allocation_pools"))),
                                   xjob::blocks_of(db, subnet.id, {}));
    subnet.automatic = domain::has_automatic_addresses(row.text("ipv6_ra_mode"), row.text("ipv6_address_mode"));
    subnet.dhcp = row.integer("enable_dhcp") != 0;
    subnet.service_types =
        boost::json::value_to<std::vector<std::string>>(boost::json::parse(row.text("service_types")));
  }
  return subnets;
}

bool take(Connection& db, const std::string& port_id, const Taken& taken) {
  return storage::insert_if_absent(
      db, "ip_allocations",
      {{"subnet_id", taken.subnet_id}, {"ip_address", to_key(taken.address)}, {"port_id", port_id}});
}

void give_back(Connection& db, const Taken& taken) {
  db.execute("DELETE FROM ip_allocations WHERE subnet_id = ? AND ip_address = ?",
             {taken.subnet_id, to_key(taken.address)});
}

std::optional<std::string> router_port_with(Connection& db, const Taken& taken) {
  const auto found = db.execute(
      "SELECT p.id AS id, p.device_owner AS device_owner FROM ip_allocations a JOIN ports p ON p.id = a.port_id WHERE "
      "a.subnet_id = ? AND a.ip_address = ?",
      {taken.subnet_id, to_key(taken.address)});
  if (found.empty() || !domain::is_router_port(found.front().text("device_owner"))) return std::nullopt;
  return found.front().text("id");
}

std::optional<Address> take_free(Connection& db, const Subnet& subnet, const std::string& port_id) {
  for (const AddressRange& pool : subnet.pools) {
    if (subnet.automatic) break;  // the highest one there follows from some MAC
    if (const auto address = take_after_highest(db, subnet, port_id, pool)) return address;
  }
  for (const AddressRange& pool : subnet.pools) {
    if (const auto address = take_lowest(db, subnet, port_id, pool)) return address;
  }
  return std::nullopt;
}

}  // namespace tricircle::api
