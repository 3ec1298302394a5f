#include "base/config_values.hpp"

#include "base/error.hpp"

#include <charconv>
#include <cmath>

namespace tricircle::base::reading {

void fail(const std::string& where, const std::string& what) {
  throw Error(ErrorKind::unprocessable, "", where + ": " + what);
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::int64_t any_number(std::string_view text, const std::string& where) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    fail(where, "a whole number is wanted, not '" + std::string(text) + "'");
  return value;
}

std::int64_t number(std::string_view text, const std::string& where) {
  const std::int64_t value = any_number(text, where);
  if (value < 0) fail(where, "a whole number is wanted, not '" + std::string(text) + "'");
  return value;
}

Micros seconds(std::string_view text, const std::string& where) {
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value < 1e9))
    fail(where, "a number of seconds is wanted, not '" + std::string(text) + "'");
  return static_cast<Micros>(std::llround(value * static_cast<double>(kSecond)));
}

bool boolean(std::string_view text, const std::string& where) {
  for (const std::string_view yes : {"true", "True", "1", "yes", "on"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"false", "False", "0", "no", "off"}) {
    if (text == no) return false;
  }
  fail(where, "true or false is wanted, not '" + std::string(text) + "'");
}

std::string seconds_text(Micros micros) {
  std::string text = std::to_string(static_cast<double>(micros) / static_cast<double>(kSecond));
  text.erase(text.find_last_not_of('0') + 1);
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace tricircle::base::reading
