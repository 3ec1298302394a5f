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

// As digits of one length for each version, so that a database's order of texts is the order of addresses.
std::string to_key(const Address&);
Address from_key(std::string_view);  // of to_key()

// How many addresses; the largest number there is for any more.
std::uint64_t size_of(const AddressRange&);
// What of the pools is in none of `others`, in the order of the pools.
std::vector<AddressRange> without(const std::vector<AddressRange>& pools, const std::vector<AddressRange>& others);

std::optional<Cidr> parse_cidr(std::string_view);  // host bits are cleared
Cidr network_of(const Address&, unsigned prefix);  // prefix: at most 32 or 128
std::string to_text(const Cidr&);
AddressRange all_addresses(const Cidr&);
bool contains(const Cidr&, const Address&);
bool overlap(const Cidr&, const Cidr&);
bool is_multicast(const Cidr&);
bool is_loopback(const Cidr&);

// What pools may hold: without the network's own address and, in IPv4, without broadcast; IPv4 networks of one or two
// addresses whole.
AddressRange pool_addresses(const Cidr&);

// A port has neither the network's own nor, in IPv4, the broadcast address; a router's port may have the former in
// IPv6.
bool may_be_given(const Cidr&, const Address&, bool to_router);
// A gateway may lie outside; inside an IPv4 network it is neither the network's own nor the broadcast address.
bool may_be_gateway(const Cidr&, const Address&);

// What a subnet has when its creator says nothing: the first address after the network's own in IPv4, the network's own
// in IPv6, as gateway; the others as pools.
Address default_gateway(const Cidr&);
std::vector<AddressRange> default_pools(const Cidr&, const std::optional<Address>& gateway);

}  // namespace tricircle::domain
