#include "base/ids.hpp"

#include "base/random.hpp"

#include <array>
#include <cctype>

namespace tricircle::base {

std::string random_hex(std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(digits, '0');
  std::array<unsigned char, 64> bytes{};
  for (std::size_t at = 0; at < digits;) {
    random_bytes(bytes);
    for (const unsigned char byte : bytes) {
      if (at < digits) text[at++] = kDigits[byte & 15];
    }
  }
  return text;
}

std::string new_uuid() {
  std::string hex = random_hex(32);
  hex[12] = '4';
  hex[16] = "89ab"[hex[16] & 3];
  for (const std::size_t at : {20UL, 16UL, 12UL, 8UL}) hex.insert(at, 1, '-');
  return hex;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? text[at] != '-' : std::isxdigit(static_cast<unsigned char>(text[at])) == 0) return false;
  }
  return true;
}

}  // namespace tricircle::base
