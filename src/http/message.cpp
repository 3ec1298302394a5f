#include "http/message.hpp"

#include "base/error.hpp"

namespace tricircle::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  throw base::Error(base::ErrorKind::bad_request, "HTTPBadRequest", "The URL holds a bad percent escape.");
}

// Bytes after `lead` that belong to its character; -1: it begins none.
int continuations(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  if (lead >= 0xf0 && lead <= 0xf4) return 3;
  return -1;
}

// The first byte after some leads has narrower bounds: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool may_follow(unsigned char lead, unsigned char byte) {
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}

bool is_text(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto lead = static_cast<unsigned char>(bytes[at]);
    int more = continuations(lead);
    if (lead == 0 || more < 0) return false;
    for (; more > 0; --more) {
      ++at;
      if (at == bytes.size() || !may_follow(lead, static_cast<unsigned char>(bytes[at]))) return false;
      lead = 0x80;  // from here on the bounds are the wide ones
    }
  }
  return true;
}

// Errors quote it, in JSON; and databases and C libraries cut text at a NUL.
void refuse_no_text(std::string_view bytes) {
  if (!is_text(bytes))
    throw base::Error(base::ErrorKind::bad_request, "HTTPBadRequest", "The URL is no text in UTF-8.");
}

std::string decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      if (at + 2 >= text.size()) hex_digit('%');
      const int value = hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]);
      out += static_cast<char>(value);
      at += 2;
    } else {
      out += plus_is_space && text[at] == '+' ? ' ' : text[at];
    }
  }
  refuse_no_text(out);
  return out;
}

}  // namespace

std::string Request::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

Query parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    std::string name = decoded(part.substr(0, equals), true);
    std::string value = equals == std::string_view::npos ? "" : decoded(part.substr(equals + 1), true);
    query.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

std::string percent_decode(std::string_view text) {
  return decoded(text, false);
}

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace tricircle::http
