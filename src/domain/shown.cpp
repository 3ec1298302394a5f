#include "domain/shown.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::domain {
namespace {

using boost::json::value;

constexpr std::size_t kShownBytes = 1100;  // 255 characters of four bytes, and then some

void write(std::string& text, const value& given);

void write_quoted(std::string& text, std::string_view given) {
  const bool single = given.find('\'') == std::string_view::npos || given.find('"') != std::string_view::npos;
  const char quote = single ? '\'' : '"';
  text += quote;
  for (const char c : given) {
    if (c == quote || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  text += quote;
}

void write_list(std::string& text, const boost::json::array& list) {
  text += '[';
  for (const value& item : list) {
    if (text.size() > kShownBytes) return;
    if (&item != list.begin()) text += ", ";
    write(text, item);
  }
  text += ']';
}

void write_object(std::string& text, const boost::json::object& object) {
  text += '{';
  for (const auto& entry : object) {
    if (text.size() > kShownBytes) return;
    if (&entry != object.begin()) text += ", ";
    write_quoted(text, entry.key());
    text += ": ";
    write(text, entry.value());
  }
  text += '}';
}

void write(std::string& text, const value& given) {
  if (given.is_null()) {
    text += "None";
  } else if (given.is_bool()) {
    text += given.get_bool() ? "True" : "False";
  } else if (given.is_string()) {
    write_quoted(text, given.get_string());
  } else if (given.is_array()) {
    write_list(text, given.get_array());
  } else if (given.is_object()) {
    write_object(text, given.get_object());
  } else {
    text += boost::json::serialize(given);
  }
}

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

}  // namespace

std::string shown(const value& given) {
  std::string text;
  if (given.is_string()) {
    text = given.get_string().subview(0, kShownBytes + 1);
  } else {
    write(text, given);
  }
  if (text.size() <= kShownBytes) return text;
  std::size_t end = kShownBytes;
  while (end > 0 && continues_character(text[end])) --end;
  text.resize(end);
  return text + "...";
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
}

}  // namespace tricircle::domain
