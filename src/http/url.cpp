#include "http/url.hpp"

#include "base/error.hpp"

#include <charconv>

namespace tricircle::http {

Endpoint parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  Endpoint endpoint;
  bool good = colon != std::string_view::npos && colon > 0;
  if (good) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    good = error == std::errc() && end == digits.data() + digits.size();
    endpoint.host = text.substr(0, colon);
  }
  if (!good) {
    throw base::Error(base::ErrorKind::unprocessable, "",
                      "An address to listen on reads ADDR:PORT, as in 127.0.0.1:9696; got " + std::string(text));
  }
  return endpoint;
}

}  // namespace tricircle::http
