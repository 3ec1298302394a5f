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
  if (endpoint.host == "localhost") endpoint.host = "127.0.0.1";
  if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']'))
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  return endpoint;
}

bool is_loopback(const Endpoint& endpoint) {
  return endpoint.host.starts_with("127.") || endpoint.host == "::1";
}

std::string base_url(const Endpoint& endpoint, std::string_view scheme) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
         std::to_string(endpoint.port);
}

}  // namespace tricircle::http
