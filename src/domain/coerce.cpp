#include "base/ids.hpp"
#include "domain/errors.hpp"
#include "domain/ip.hpp"
#include "domain/ip_text.hpp"
#include "domain/mac.hpp"
#include "domain/shown.hpp"
#include "domain/validate.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace tricircle::domain {
namespace {

using boost::json::value;

[[noreturn]] void refuse(const Attribute& attribute, const std::string& reason) {
  throw bad_request(fmt::format("Invalid input for {}. Reason: {}.", attribute.name, reason));
}

[[noreturn]] void refuse_value(const Attribute& attribute, const value& given, std::string_view what) {
  refuse(attribute, fmt::format("'{}' {}", shown(given), what));
}

std::string checked_text(const Attribute& attribute, const value& given) {
  if (!given.is_string()) refuse_value(attribute, given, "is not a valid string");
  const std::string_view text = given.get_string();
  // Databases and the C libraries of pods cut text there.
  if (text.find('\0') != std::string_view::npos) refuse(attribute, "a NUL character is not permitted");
  if (attribute.high > 0 && characters(text) > static_cast<std::size_t>(attribute.high))
    refuse_value(attribute, given, fmt::format("exceeds maximum length of {}", attribute.high));
  return std::string(text);
}

std::string lower_trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool to_boolean(const value& given) {
  if (given.is_bool()) return given.get_bool();
  if (given.is_string() || given.is_int64()) {
    const std::string word = lower_trimmed(shown(given));
    if (one_of(word, {"1", "t", "true", "on", "y", "yes"})) return true;
    if (one_of(word, {"0", "f", "false", "off", "n", "no"})) return false;
  }
  throw invalid_input(fmt::format("Invalid input for operation: '{}' cannot be converted to boolean.", shown(given)));
}

// Whole numbers beyond 64 bits come out as the nearest one there is, so that they are refused as too large or too
// small.
std::optional<std::int64_t> whole_number(const value& given) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  if (given.is_bool()) return given.get_bool() ? 1 : 0;
  if (given.is_int64()) return given.get_int64();
  if (given.is_uint64()) return given.get_uint64() > std::uint64_t{kMost} ? kMost : std::int64_t(given.get_uint64());
  if (given.is_double()) {
    const double number = given.get_double();
    if (std::isnan(number)) return std::nullopt;
    if (number >= 9.2e18) return kMost;
    if (number <= -9.2e18) return kLeast;
    return static_cast<std::int64_t>(number);
  }
  if (!given.is_string()) return std::nullopt;
  const std::string word = lower_trimmed(given.get_string());
  const std::size_t sign = word.starts_with('+') && !word.starts_with("+-") ? 1 : 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data() + sign, word.data() + word.size(), number);
  if (end != word.data() + word.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) return word.starts_with('-') ? kLeast : kMost;
  return number;
}

std::int64_t to_integer(const Attribute& attribute, const value& given) {
  const auto number = whole_number(given);
  if (!number) throw invalid_input(fmt::format("Invalid input for operation: '{}' is not an integer.", shown(given)));
  if (!attribute.numbers.empty()) {
    if (std::find(attribute.numbers.begin(), attribute.numbers.end(), *number) == attribute.numbers.end())
      refuse(attribute, fmt::format("{} is not in valid_values", *number));
    return *number;
  }
  if (attribute.low == 0 && attribute.high == 0) return *number;  // read-only: nothing to keep in bounds
  if (*number < attribute.low)
    refuse_value(attribute, given, fmt::format("is too small - must be at least '{}'", attribute.low));
  if (*number > attribute.high)
    refuse_value(attribute, given, fmt::format("is too large - must be no larger than '{}'", attribute.high));
  return *number;
}

std::string to_choice(const Attribute& attribute, const value& given) {
  if (given.is_string()) {
    const std::string_view text = given.get_string();
    if (std::find(attribute.choices.begin(), attribute.choices.end(), text) != attribute.choices.end())
      return std::string(text);
  }
  refuse(attribute, shown(given) + " is not in valid_values");
}

std::string to_uuid(const Attribute& attribute, const value& given) {
  if (!given.is_string() || !base::is_uuid(given.get_string())) refuse_value(attribute, given, "is not a valid UUID");
  return lower_trimmed(given.get_string());
}

std::string to_mac(const Attribute& attribute, const value& given) {
  const auto mac = given.is_string() ? parse_mac(given.get_string()) : std::nullopt;
  if (!mac || is_reserved(*mac)) refuse_value(attribute, given, "is not a valid MAC address");
  return to_text(*mac);
}

std::string to_address(const Attribute& attribute, const value& given) {
  const auto address = given.is_string() ? parse_address(given.get_string()) : std::nullopt;
  if (!address) refuse(attribute, address_fault(given));
  return to_text(*address);
}

std::string to_cidr(const value& given) {
  const auto cidr = given.is_string() ? parse_loose_cidr(given.get_string()) : std::nullopt;
  if (!cidr) throw invalid_input(fmt::format("Invalid input for operation: {} is not in a CIDR format.", shown(given)));
  return to_text(*cidr);
}

boost::json::array to_text_list(const Attribute& attribute, const value& given) {
  if (!given.is_array()) refuse_value(attribute, given, "is not a list");
  boost::json::array list;
  for (const value& item : given.get_array()) {
    value text(checked_text(attribute, item));
    if (std::find(list.begin(), list.end(), text) != list.end())
      refuse(attribute, fmt::format("Duplicate items in the list: '{}'", shown(text)));
    list.push_back(std::move(text));
  }
  return list;
}

value shaped(const Attribute& attribute, const value& given) {
  value kept = given;
  if (const std::string fault = attribute.shape(kept); !fault.empty()) refuse(attribute, fault);
  return kept;
}

void check_object(const Attribute& attribute, const value& given) {
  if (!given.is_object()) refuse_value(attribute, given, "is not a dictionary");
}

void check_object_list(const Attribute& attribute, const value& given) {
  if (!given.is_array()) refuse_value(attribute, given, "is not a list");
  for (const value& item : given.get_array()) check_object(attribute, item);
}

}  // namespace

value coerced(const Attribute& attribute, const value& given) {
  if (given.is_null() && attribute.can & kNullable) return nullptr;
  if (given.is_null() && attribute.can & kNullIsFallback) return boost::json::parse(attribute.fallback);
  if (attribute.shape != nullptr) return shaped(attribute, given);
  switch (attribute.kind) {
    case Kind::uuid:
      return value(to_uuid(attribute, given));
    case Kind::text:
      return value(checked_text(attribute, given));
    case Kind::boolean:
      return value(to_boolean(given));
    case Kind::integer:
      return value(to_integer(attribute, given));
    case Kind::choice:
      return value(to_choice(attribute, given));
    case Kind::mac:
      return value(to_mac(attribute, given));
    case Kind::address:
      return value(to_address(attribute, given));
    case Kind::cidr:
      return value(to_cidr(given));
    case Kind::text_list:
      return value(to_text_list(attribute, given));
    case Kind::object:
      check_object(attribute, given);
      return given;
    case Kind::object_list:
      check_object_list(attribute, given);
      return given;
    case Kind::time:
      return value(to_integer(attribute, given));
  }
  refuse_value(attribute, given, "is not valid");
}

}  // namespace tricircle::domain
