// Where a MariaDB is and who we are there: [database] connection, taken apart. A value, for any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::storage {

struct MariadbPlace {
  struct Host {
    std::string name;  // a name or an address, IPv6 without its brackets
    std::uint16_t port = 3306;
  };
  std::vector<Host> hosts;  // the first that answers is used: all processes on one node, as long as it stands
  std::string user;
  std::string password;
  std::string database;
  std::string ssl_ca;  // a file; empty = no TLS
};

// "mysql://user:password@h1,h2:3307,[::1]/database?ssl_ca=/file"; user, password, database and ssl_ca may have
// %-escapes. Throws base::Error, whose words never repeat what was given: there is a password in it.
MariadbPlace parse_mariadb_url(std::string_view url);

}  // namespace tricircle::storage
