// As whom each region's Neutron is called: one Identity for all regions with the same credentials, so that they share a
// token. Owned by the XJob service; io thread, as Identity. What the configuration says of regions is constant.
#pragma once
#include "remote/credentials.hpp"
#include "remote/pod_neutron.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tricircle::remote {

// How the Neutron of a region is called.
struct Login {
  Credentials credentials;
  std::string ca_file;       // vouches for its Neutron
  base::Micros timeout = 0;  // longest call; 0 = none of its own
  base::Micros connect_timeout = 5 * base::kSecond;
};

struct Logins {
  Login usual;  // of this service itself, and of all regions that are not named
  std::map<std::string, Login> of_region;
};

class Identities {
 public:
  Identities(http::Client&, base::Runtime&, const base::Clock&, Logins);

  Identity& own() { return *identities_.front(); }
  Identity& of(const std::string& region) { return *place_of(region).identity; }
  // No call takes longer than `longest`, nor than the region's own timeout.
  PodNeutron neutron(const PodAddress&, base::Micros longest);

 private:
  struct Place {
    Identity* identity = nullptr;
    Login login;
  };
  Place place(http::Client&, base::Runtime&, const base::Clock&, Login);
  Place& place_of(const std::string& region);

  http::Client& client_;
  std::vector<Credentials> credentials_;  // of identities_
  std::vector<std::unique_ptr<Identity>> identities_;
  Place usual_;
  std::map<std::string, Place> of_region_;
};

}  // namespace tricircle::remote
