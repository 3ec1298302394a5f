#include "base/clock.hpp"

#include <chrono>
#include <ctime>
#include <string_view>

namespace tricircle::base {

Micros SystemClock::now() const {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

Micros SystemClock::monotonic() const {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

std::string iso_time(Micros time) {
  const std::time_t seconds = time / kSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

std::optional<Micros> parse_iso_time(const std::string& text) {
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  if (*rest == '.') {
    while (*++rest >= '0' && *rest <= '9') {
    }
  }
  if (std::string_view(rest) != "Z") return std::nullopt;
  return timegm(&parts) * kSecond;
}

}  // namespace tricircle::base
