#include "storage/mariadb_place.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <charconv>

namespace tricircle::storage {
namespace {

constexpr std::string_view kScheme = "mysql://";

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::ErrorKind::unprocessable, "",
                    "[database] connection must be mysql://user:password@host,host:port/database?ssl_ca=/file: " + why);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text, const std::string& what) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) refuse("a % in the " + what + " is not followed by two hexadecimal digits");
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (plain.find('\0') != std::string::npos) refuse("the " + what + " holds a zero byte");
  return plain;
}

std::uint16_t port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0)
    refuse("a port is no number from 1 to 65535");
  return port;
}

bool is_host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

MariadbPlace::Host host_of(std::string_view text) {
  MariadbPlace::Host host;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) refuse("a [ has no ]");
    host.name = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!std::ranges::all_of(host.name, [](char c) { return c == ':' || is_host_character(c); }))
      refuse("what is between [ and ] is no address");
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    host.name = text.substr(0, colon);
    port = text.substr(colon);
    if (!std::ranges::all_of(host.name, is_host_character)) refuse("a host's name has characters that no host has");
  }
  if (host.name.empty()) refuse("a host is missing");
  if (port.empty()) return host;
  if (!port.starts_with(':')) refuse("what follows a ] is no port");
  host.port = port_of(port.substr(1));
  return host;
}

std::vector<MariadbPlace::Host> hosts_of(std::string_view text) {
  std::vector<MariadbPlace::Host> hosts;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    hosts.push_back(host_of(text.substr(0, comma)));
    if (comma == text.size()) return hosts;
    text.remove_prefix(comma + 1);
  }
}

void read_query(std::string_view query, MariadbPlace& place) {
  constexpr std::string_view name = "ssl_ca=";
  if (!query.starts_with(name) || query.find('&') != std::string_view::npos)
    refuse("after the ? there may be ssl_ca and nothing else");
  place.ssl_ca = decoded(query.substr(name.size()), "ssl_ca");
  if (place.ssl_ca.empty()) refuse("ssl_ca is empty");
}

}  // namespace

MariadbPlace parse_mariadb_url(std::string_view url) {
  if (!url.starts_with(kScheme)) refuse("it begins otherwise");
  url.remove_prefix(kScheme.size());
  MariadbPlace place;
  if (const std::size_t question = url.find('?'); question != std::string_view::npos) {
    read_query(url.substr(question + 1), place);
    url = url.substr(0, question);
  }
  const std::size_t at = url.find('@');
  if (at == std::string_view::npos) refuse("there is no user");
  if (url.find('@', at + 1) != std::string_view::npos) refuse("an @ in the user or password must be written %40");
  const std::string_view who = url.substr(0, at);
  const std::string_view where = url.substr(at + 1);
  const std::size_t colon = std::min(who.find(':'), who.size());
  place.user = decoded(who.substr(0, colon), "user");
  if (colon < who.size()) place.password = decoded(who.substr(colon + 1), "password");
  if (place.user.empty()) refuse("the user is empty");
  const std::size_t slash = where.find('/');
  if (slash == std::string_view::npos || slash + 1 == where.size()) refuse("there is no database");
  place.hosts = hosts_of(where.substr(0, slash));
  place.database = decoded(where.substr(slash + 1), "database");
  if (place.database.find('/') != std::string::npos) refuse("the database's name holds a /");
  return place;
}

}  // namespace tricircle::storage
