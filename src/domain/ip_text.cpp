#include "domain/ip_text.hpp"

#include "domain/shown.hpp"

#include <bit>
#include <charconv>

#include <fmt/format.h>

namespace tricircle::domain {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::optional<unsigned> number(std::string_view digits, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || value > most) return std::nullopt;
  return value;
}

struct Dotted {
  Address address;
  unsigned numbers = 0;
};

// Up to four decimal numbers; those that are missing are zero.
std::optional<Dotted> parse_dotted(std::string_view text) {
  Dotted dotted;
  for (;;) {
    const std::size_t dot = text.find('.');
    const auto value = number(text.substr(0, dot), 255);
    if (!value || dotted.numbers == 4) return std::nullopt;
    dotted.address.low |= std::uint64_t{*value} << (24 - 8 * dotted.numbers++);
    if (dot == std::string_view::npos) return dotted;
    text.remove_prefix(dot + 1);
  }
}

// A number of bits, or the mask of an IPv4 network.
std::optional<unsigned> parse_prefix(std::string_view text, bool v6) {
  if (v6 || text.find('.') == std::string_view::npos) return number(text, v6 ? 128 : 32);
  const auto mask = parse_address(text);
  if (!mask || mask->v6) return std::nullopt;
  const auto ones = static_cast<unsigned>(std::countl_one(static_cast<std::uint32_t>(mask->low)));
  return std::popcount(mask->low) == static_cast<int>(ones) ? std::optional(ones) : std::nullopt;
}

bool holds_space(std::string_view text) {
  return text.find_first_of(" \t\r\n\v\f") != std::string_view::npos;
}

}  // namespace

std::optional<Cidr> parse_loose_cidr(std::string_view text) {
  text = trimmed(text);
  const std::size_t slash = text.find('/');
  const std::string_view before = text.substr(0, slash);
  std::optional<Address> address = parse_address(before);
  unsigned numbers = 4;
  if (!address) {
    const auto dotted = parse_dotted(before);
    if (!dotted) return std::nullopt;
    address = dotted->address;
    numbers = dotted->numbers;
  }
  std::optional<unsigned> prefix = address->v6 ? 128 : 32;
  if (slash != std::string_view::npos) {
    prefix = parse_prefix(text.substr(slash + 1), address->v6);
  } else if (numbers < 4) {
    return std::nullopt;
  }
  if (!prefix) return std::nullopt;
  return network_of(*address, *prefix);
}

std::string address_fault(const boost::json::value& given) {
  if (given.is_string() && parse_address(given.get_string())) return {};
  if (given.is_string()) {
    const auto dotted = parse_dotted(given.get_string());
    if (dotted && dotted->numbers == 4)
      return fmt::format("'{}' is not an accepted IP address, '{}' is recommended", shown(given),
                         to_text(dotted->address));
  }
  return fmt::format("'{}' is not a valid IP address", shown(given));
}

std::string route_fault(const boost::json::value& given) {
  const auto cidr =
      given.is_string() && !holds_space(given.get_string()) ? parse_loose_cidr(given.get_string()) : std::nullopt;
  if (!cidr) return fmt::format("'{}' is not a valid CIDR", shown(given));
  const std::string_view text = given.get_string();
  const auto written = parse_address(text.substr(0, text.find('/')));
  if (text.find('/') == std::string_view::npos || (written && *written != cidr->network))
    return fmt::format("'{}' is not a recognized CIDR, '{}' is recommended", shown(given), to_text(*cidr));
  if (is_loopback(*cidr)) return fmt::format("'{}' is not a routable CIDR", shown(given));
  return {};
}

std::string network_fault(const boost::json::value& given) {
  const auto cidr =
      given.is_string() && !holds_space(given.get_string()) ? parse_loose_cidr(given.get_string()) : std::nullopt;
  if (!cidr) return fmt::format("'{}' is not a valid IP subnet", shown(given));
  const std::string_view text = given.get_string();
  const bool plain = parse_cidr(text).has_value();
  if (text.find('/') == std::string_view::npos || (!cidr->network.v6 && !plain))
    return fmt::format("'{}' isn't a recognized IP subnet cidr, '{}' is recommended", shown(given), to_text(*cidr));
  return {};
}

}  // namespace tricircle::domain
