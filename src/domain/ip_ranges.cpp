#include "domain/ip.hpp"

#include <charconv>

#include <fmt/format.h>

namespace tricircle::domain {
namespace {

std::uint64_t hexadecimal(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return number;
}

void add_without(std::vector<AddressRange>& rest, AddressRange range, const AddressRange& other) {
  if (other.last < range.first || range.last < other.first) return rest.push_back(range);
  if (range.first < other.first) rest.push_back({range.first, *previous(other.first)});
  if (other.last < range.last) rest.push_back({*next(other.last), range.last});
}

}  // namespace

std::string to_key(const Address& address) {
  return address.v6 ? fmt::format("{:016x}{:016x}", address.high, address.low) : fmt::format("{:08x}", address.low);
}

Address from_key(std::string_view key) {
  if (key.size() == 8) return {false, 0, hexadecimal(key)};
  return {true, hexadecimal(key.substr(0, 16)), hexadecimal(key.substr(16))};
}

std::uint64_t size_of(const AddressRange& range) {
  const std::uint64_t high = range.last.high - range.first.high - (range.last.low < range.first.low ? 1 : 0);
  const std::uint64_t low = range.last.low - range.first.low;
  return high > 0 || low == ~std::uint64_t{0} ? ~std::uint64_t{0} : low + 1;
}

std::vector<AddressRange> without(const std::vector<AddressRange>& pools, const std::vector<AddressRange>& others) {
  std::vector<AddressRange> rest = pools;
  for (const AddressRange& other : others) {
    std::vector<AddressRange> left;
    for (const AddressRange& range : rest) add_without(left, range, other);
    rest = std::move(left);
  }
  return rest;
}

}  // namespace tricircle::domain
