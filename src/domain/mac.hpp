// MAC addresses: the spellings that Neutron takes, the one it keeps, and the IPv6 address that a host makes of its own.
// Plain values, any thread, no throw.
#pragma once
#include "domain/ip.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tricircle::domain {

struct Mac {
  std::uint64_t number = 0;  // 48 bits
};

// aa:bb:cc:dd:ee:ff with one or two digits each, with dashes, aabb.ccdd.eeff, aabbccddeeff.
std::optional<Mac> parse_mac(std::string_view);
std::string to_text(const Mac&);  // aa:bb:cc:dd:ee:ff
bool is_reserved(const Mac&);     // nobody's, or everybody's

// The address by RFC 4291 in a /64: the network's and the MAC with ff:fe in its middle and one bit turned.
Address eui64_address(const Cidr&, const Mac&);
bool is_eui64(const Address&);

}  // namespace tricircle::domain
