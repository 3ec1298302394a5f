#include "http/retry_after.hpp"

#include <algorithm>
#include <charconv>

#include <curl/curl.h>

namespace tricircle::http {
namespace {

constexpr std::int64_t kDay = 86'400;

}  // namespace

std::optional<base::Micros> retry_after(const std::string& header, base::Micros now) {
  if (header.empty()) return std::nullopt;
  const bool digits = header.find_first_not_of("0123456789") == std::string::npos;
  std::int64_t seconds = kDay;  // what is too large for a number is long enough
  if (digits) {
    std::from_chars(header.data(), header.data() + header.size(), seconds);
  } else {
    const time_t date = curl_getdate(header.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    seconds = date - now / base::kSecond;
  }
  return std::clamp<std::int64_t>(seconds, 0, kDay) * base::kSecond;
}

}  // namespace tricircle::http
