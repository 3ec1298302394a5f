#include "domain/mac.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace tricircle::domain {
namespace {

constexpr std::uint64_t kBroadcast = 0xffffffffffff;
constexpr std::uint64_t kUniversal = std::uint64_t{1} << 57;  // the bit that an interface's identifier turns

std::uint64_t digit(char c) {
  const auto lower = std::tolower(static_cast<unsigned char>(c));
  return static_cast<std::uint64_t>(lower <= '9' ? lower - '0' : lower - 'a' + 10);
}

// `groups` numbers of at most `width` digits with `separator` between them.
std::optional<Mac> parse_groups(std::string_view text, char separator, std::size_t groups, std::size_t width) {
  Mac mac;
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t end = group + 1 == groups ? text.size() : text.find(separator);
    if (end == std::string_view::npos || end == 0 || end > width) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : text.substr(0, end)) {
      if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
      number = number << 4 | digit(c);
    }
    mac.number = mac.number << (4 * width) | number;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return mac;
}

}  // namespace

std::optional<Mac> parse_mac(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return parse_groups(text, ':', 6, 2);
  if (text.find('-') != std::string_view::npos) return parse_groups(text, '-', 6, 2);
  if (text.find('.') != std::string_view::npos) return parse_groups(text, '.', 3, 4);
  return text.size() == 12 ? parse_groups(text, ':', 1, 12) : std::nullopt;
}

std::string to_text(const Mac& mac) {
  std::string text;
  for (int shift = 40; shift >= 0; shift -= 8) text += fmt::format("{:02x}:", mac.number >> shift & 0xff);
  text.pop_back();
  return text;
}

bool is_reserved(const Mac& mac) {
  return mac.number == 0 || mac.number == kBroadcast;
}

Address eui64_address(const Cidr& cidr, const Mac& mac) {
  const std::uint64_t identifier = (mac.number >> 24 << 40) | 0xfffe000000 | (mac.number & 0xffffff);
  return {true, cidr.network.high, cidr.network.low + (identifier ^ kUniversal)};
}

bool is_eui64(const Address& address) {
  return address.v6 && (address.low & 0xffff000000) == 0xfffe000000;
}

}  // namespace tricircle::domain
