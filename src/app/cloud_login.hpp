// As whom, and where, a command calls the centre: from clouds.yaml and the OS_* variables, as the openstack client
// reads them (its files, its order: what the environment says goes over the file's). Main thread. Throws CommandFailed:
// 2 for settings that cannot be, 3 when Keystone does not answer, 1 when it refuses.
#pragma once
#include "http/client.hpp"

#include <map>
#include <optional>
#include <string>

namespace tricircle::app {

// Names as in clouds.yaml's `auth`, and region_name, interface, cacert, auth_type beside it.
using CloudSettings = std::map<std::string, std::string>;

// `cloud`: of clouds.yaml; '' = none is named. None: nothing says that there is a Keystone.
std::optional<CloudSettings> find_cloud(const std::string& cloud);

// A token, and where Keystone's catalogue has the centre ('' = nowhere).
struct SignedIn {
  std::string token;
  std::string url;
};
SignedIn sign_in(http::Client&, const CloudSettings&);

}  // namespace tricircle::app
