// What a pod tells of its ports and networks, by notification or by list, as plain data. Pure, any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace tricircle::agent {

inline constexpr char kPort[] = "port";
inline constexpr char kNetwork[] = "network";

// A port as the pod shows it.
struct LocalPort {
  std::string id, network_id, project_id, name, mac_address, device_id, device_owner, created_at;
  std::optional<std::string> host;  // none: whoever's call was notified may not see it
  std::int64_t revision = 0;
  bool admin_state_up = true;
  boost::json::array fixed_ips;
};

struct LocalNetwork {
  std::string id, project_id, name;
  std::vector<std::string> tags;
};

// nullopt: it is no such object; it lacks what every one has.
std::optional<LocalPort> local_port(const boost::json::value&);
std::optional<LocalNetwork> local_network(const boost::json::value&);

// News of one object: as it is now, or gone.
struct Told {
  std::string type;  // kPort, kNetwork
  std::string id;
  std::optional<LocalPort> port;        // of a port that is there
  std::optional<LocalNetwork> network;  // of a network that is there
  bool gone() const { return !port && !network; }
};

Told told_of(LocalPort);
Told told_of(LocalNetwork);
Told told_gone(std::string type, std::string id);

// The news in one notification of Neutron's (the envelope of oslo.messaging 2.0, its message a JSON text inside): of
// calls that have ended, and about ports and networks only. Anything else, and what cannot be read, is no news.
std::vector<Told> read_notification(std::string_view body);

}  // namespace tricircle::agent
