#include "base/log_line.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace tricircle::base {
namespace {

struct Character {
  std::size_t bytes = 1;
  char32_t code = 0;
  bool valid = false;
};

Character character_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t bytes = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead >= 0xF5 || text.size() < bytes) return {};
  char32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) return {};
    code = code << 6 | (next & 0x3FU);
  }
  const char32_t least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
  const bool valid = code >= least && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  return {valid ? bytes : 1, code, valid};
}

bool steers(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x61C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE007F);
}

// Where the value ends that begins at `from`: a quoted one at the quote that the next key follows, or the end.
std::size_t end_of_quoted(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('"', from); at != std::string_view::npos; at = text.find('"', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.empty()) return at;
    if (rest[0] != ' ') continue;
    const std::size_t equals = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789", 1);
    if (equals > 1 && equals != std::string_view::npos && rest[equals] == '=') return at;
  }
  return text.size();
}

void add_member(std::string& out, std::string_view key, std::string_view value) {
  out += (out.empty() ? "" : ",") + boost::json::serialize(boost::json::value(boost::json::string_view(key))) + ":" +
         boost::json::serialize(boost::json::value(boost::json::string_view(value)));
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character one = character_at(text);
    if (!one.valid || (steers(one.code) && one.code < 0x80)) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (steers(one.code)) {
      out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(one.code));
    } else {
      out += text.substr(0, one.bytes);
    }
    text.remove_prefix(one.bytes);
  }
  return out;
}

std::string json_members(std::string_view message) {
  std::string out;
  const std::size_t space = std::min(message.find(' '), message.size());
  add_member(out, "event", message.substr(0, space));
  message.remove_prefix(space);
  while (!message.empty()) {
    message.remove_prefix(1);
    const std::size_t equals = message.find('=');
    if (equals == std::string_view::npos) {
      if (!message.empty()) add_member(out, "words", message);
      return out;
    }
    const std::string_view key = message.substr(0, equals);
    message.remove_prefix(equals + 1);
    const bool quoted = message.starts_with('"');
    const std::size_t end = quoted ? end_of_quoted(message, 1) : std::min(message.find(' '), message.size());
    add_member(out, key, message.substr(quoted ? 1 : 0, quoted ? end - 1 : end));
    message.remove_prefix(std::min(quoted ? end + 1 : end, message.size()));
  }
  return out;
}

}  // namespace tricircle::base
