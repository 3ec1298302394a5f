#include "domain/ip.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace tricircle::domain {
namespace {

constexpr std::uint64_t kAllOnes = ~std::uint64_t{0};

unsigned width(const Address& address) {
  return address.v6 ? 128 : 32;
}

// The 64-bit mask of the lowest `bits` bits.
std::uint64_t low_bits(unsigned bits) {
  return bits >= 64 ? kAllOnes : (std::uint64_t{1} << bits) - 1;
}

// Ones where an address of this width has its `bits` lowest bits.
Address host_mask(bool v6, unsigned bits) {
  return {v6, bits > 64 ? low_bits(bits - 64) : 0, low_bits(bits)};
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  std::array<unsigned char, 16> bytes{};
  const bool v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(v6 ? AF_INET6 : AF_INET, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
  Address address{v6, 0, 0};
  for (std::size_t at = 0; at < (v6 ? 16U : 4U); ++at) {
    address.high = address.high << 8 | address.low >> 56;
    address.low = address.low << 8 | bytes[at];
  }
  return address;
}

std::string to_text(const Address& address) {
  std::array<unsigned char, 16> bytes{};
  const std::size_t count = address.v6 ? 16 : 4;
  for (std::size_t at = 0; at < count; ++at) {
    const std::size_t shift = 8 * (count - 1 - at);
    bytes[at] = static_cast<unsigned char>((shift >= 64 ? address.high >> (shift - 64) : address.low >> shift) & 0xff);
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<Address> next(const Address& address) {
  Address after = address;
  if (++after.low == 0 && address.v6) ++after.high;
  if (address.v6 ? after.low == 0 && after.high == 0 : after.low > 0xffffffff) return std::nullopt;
  return after;
}

std::optional<Address> previous(const Address& address) {
  if (address.low == 0 && address.high == 0) return std::nullopt;
  Address before = address;
  if (before.low-- == 0) --before.high;
  return before;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (!address || error != std::errc{} || end != digits.data() + digits.size() || prefix > width(*address) ||
      (digits.size() > 1 && digits.front() == '0'))
    return std::nullopt;
  return network_of(*address, prefix);
}

Cidr network_of(const Address& address, unsigned prefix) {
  const Address mask = host_mask(address.v6, width(address) - prefix);
  return Cidr{{address.v6, address.high & ~mask.high, address.low & ~mask.low}, prefix};
}

std::string to_text(const Cidr& cidr) {
  return to_text(cidr.network) + "/" + std::to_string(cidr.prefix);
}

AddressRange all_addresses(const Cidr& cidr) {
  const Address mask = host_mask(cidr.network.v6, width(cidr.network) - cidr.prefix);
  return {cidr.network, {cidr.network.v6, cidr.network.high | mask.high, cidr.network.low | mask.low}};
}

bool contains(const Cidr& cidr, const Address& address) {
  return all_addresses(cidr).contains(address);
}

bool overlap(const Cidr& one, const Cidr& other) {
  return contains(one, other.network) || contains(other, one.network);
}

bool is_multicast(const Cidr& cidr) {
  return cidr.network.v6 ? cidr.prefix >= 8 && cidr.network.high >> 56 == 0xff
                         : cidr.prefix >= 4 && cidr.network.low >> 28 == 0xe;
}

bool is_loopback(const Cidr& cidr) {
  return cidr.network.v6 ? cidr.prefix == 128 && cidr.network.high == 0 && cidr.network.low == 1
                         : cidr.prefix >= 8 && cidr.network.low >> 24 == 127;
}

AddressRange pool_addresses(const Cidr& cidr) {
  AddressRange range = all_addresses(cidr);
  if (!cidr.network.v6 && cidr.prefix > 30) return range;
  if (range.first != range.last) range.first = *next(range.first);
  if (!cidr.network.v6) --range.last.low;
  return range;
}

bool may_be_given(const Cidr& cidr, const Address& address, bool to_router) {
  if (!contains(cidr, address)) return false;
  if (cidr.network.v6) return to_router || address != cidr.network;
  // A network of one or two addresses has no broadcast; its first is its own all the same.
  const bool broadcast = cidr.prefix < 31 && address == all_addresses(cidr).last;
  return address != cidr.network && !broadcast;
}

bool may_be_gateway(const Cidr& cidr, const Address& gateway) {
  if (cidr.network.v6 || !contains(cidr, gateway)) return true;
  const AddressRange all = all_addresses(cidr);
  return gateway != all.first && gateway != all.last;
}

Address default_gateway(const Cidr& cidr) {
  if (cidr.network.v6) return cidr.network;
  return next(cidr.network).value_or(cidr.network);
}

std::vector<AddressRange> default_pools(const Cidr& cidr, const std::optional<Address>& gateway) {
  const AddressRange all = pool_addresses(cidr);
  if (!gateway || !all.contains(*gateway) || all.first == all.last) return {all};
  std::vector<AddressRange> pools;
  if (all.first < *gateway) pools.push_back({all.first, *previous(*gateway)});
  if (*gateway < all.last) pools.push_back({*next(*gateway), all.last});
  return pools;
}

}  // namespace tricircle::domain
