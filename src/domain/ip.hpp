// IPv4 and IPv6 addresses as numbers: what the validation of subnets and the allocation of addresses count with. Plain
// values, any thread, no throw.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::domain {

struct Address {
  bool v6 = false;
  std::uint64_t high = 0;  // 0 in IPv4
  std::uint64_t low = 0;
  auto operator<=>(const Address&) const = default;  // IPv4 before IPv6, then as numbers
};

struct AddressRange {
  Address first;
  Address last;  // is in the range
  bool contains(const Address& address) const { return first <= address && address <= last; }
};

struct Cidr {
  Address network;  // host bits are zero
  unsigned prefix = 0;
};

std::optional<Address> parse_address(std::string_view);
std::string to_text(const Address&);              // as inet_ntop
std::optional<Address> next(const Address&);      // none after the last there is
std::optional<Address> previous(const Address&);  // none before 0
bool is_link_local(const Address&);

std::optional<Cidr> parse_cidr(std::string_view);  // host bits are cleared
std::string to_text(const Cidr&);
AddressRange all_addresses(const Cidr&);
bool contains(const Cidr&, const Address&);

// What ports and gateways may have: without the network's own and (IPv4) the broadcast address where the prefix leaves
// more than two addresses.
AddressRange usable_addresses(const Cidr&);

// What a subnet has when its creator says nothing: the first usable address as gateway, the others as pools.
Address default_gateway(const Cidr&);
std::vector<AddressRange> default_pools(const Cidr&, const std::optional<Address>& gateway);

}  // namespace tricircle::domain
