// Addresses as people write them. Any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tricircle::http {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

// "127.0.0.1:9696", "localhost:9696" (the host becomes 127.0.0.1), "[::1]:9696". Throws base::Error (unprocessable).
Endpoint parse_listen(std::string_view text);

bool is_loopback(const Endpoint&);
std::string base_url(const Endpoint&, std::string_view scheme = "http");  // "http://127.0.0.1:9696"

}  // namespace tricircle::http
