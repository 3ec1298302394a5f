#include "bus/broker.hpp"

#include "base/error.hpp"

#include <charconv>
#include <string_view>

namespace tricircle::bus {
namespace {

constexpr std::string_view kScheme = "rabbit://";

[[noreturn]] void fail(const std::string& what) {
  throw base::Error(base::ErrorKind::unprocessable, "",
                    "transport_url reads rabbit://user:password@host:port/vhost: " + what);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  fail("a % is followed by two hexadecimal digits");
}

// (Not http's: a plus is a plus here.)
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    if (at + 2 >= text.size()) fail("a % is followed by two hexadecimal digits");
    plain += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
    at += 2;
  }
  return plain;
}

std::uint16_t port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) fail("the port is a number up to 65535");
  return port;
}

void take_address(BrokerHost& host, std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) fail("an IPv6 address stands in brackets");
    host.host = text.substr(1, bracket - 1);
    text.remove_prefix(bracket + 1);
    colon = text.rfind(':');
    if (!text.empty() && colon != 0) fail("after an IPv6 address comes a colon and the port");
  } else {
    host.host = text.substr(0, colon);
  }
  if (host.host.empty()) fail("the host is missing");
  if (colon != std::string_view::npos) host.port = port_of(text.substr(colon + 1));
}

BrokerHost host_of(std::string_view text) {
  BrokerHost host;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = text.substr(0, at);
    const std::size_t colon = who.find(':');
    host.user = decoded(who.substr(0, colon));
    host.password = colon == std::string_view::npos ? "" : decoded(who.substr(colon + 1));
    text.remove_prefix(at + 1);
  }
  take_address(host, text);
  return host;
}

}  // namespace

Broker parse_transport_url(const std::string& url) {
  std::string_view rest = url;
  if (!rest.starts_with(kScheme)) fail("only rabbit is known");
  rest.remove_prefix(kScheme.size());
  if (rest.find('?') != std::string_view::npos)
    fail("no options after a question mark; TLS is set in [oslo_messaging_rabbit]");
  Broker broker;
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && slash + 1 < rest.size()) broker.vhost = decoded(rest.substr(slash + 1));
  rest = rest.substr(0, slash);
  for (;;) {
    const std::size_t comma = rest.find(',');
    broker.hosts.push_back(host_of(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return broker;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace tricircle::bus
