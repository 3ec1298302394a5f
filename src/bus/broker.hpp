// Where a message broker is, as OpenStack's transport_url says it. Plain data; parse_transport_url throws base::Error
// (unprocessable), which never repeats the password.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace tricircle::bus {

struct BrokerHost {
  std::string host = "localhost";
  std::uint16_t port = 5672;
  std::string user = "guest";
  std::string password = "guest";
};

struct Broker {
  std::vector<BrokerHost> hosts;  // tried in turn
  std::string vhost = "/";
  bool tls = false;
  std::string ca_file;  // with tls: of the broker's certificate, which is verified
};

// "rabbit://user:password@host:5672[,user:password@other:5672]/vhost". No vhost, or an empty one, is "/".
Broker parse_transport_url(const std::string& url);

}  // namespace tricircle::bus
