#include "remote/identities.hpp"

#include <algorithm>

namespace tricircle::remote {

Identities::Identities(http::Client& client, base::Runtime& runtime, const base::Clock& clock, Logins logins)
    : client_(client), usual_(place(client, runtime, clock, std::move(logins.usual))) {
  for (auto& [region, login] : logins.of_region)
    of_region_.emplace(region, place(client, runtime, clock, std::move(login)));
}

PodNeutron Identities::neutron(const PodAddress& pod, base::Micros longest) {
  const Place& place = place_of(pod.region_name);
  if (place.login.timeout > 0) longest = std::min(longest, place.login.timeout);
  CallLimits limits{longest / base::kMillisecond, place.login.connect_timeout / base::kMillisecond,
                    place.login.ca_file};
  return {client_, *place.identity, pod, std::move(limits)};
}

Identities::Place Identities::place(http::Client& client, base::Runtime& runtime, const base::Clock& clock,
                                    Login login) {
  auto known = std::ranges::find(credentials_, login.credentials);
  if (known == credentials_.end()) {
    identities_.push_back(std::make_unique<Identity>(client, runtime, clock, login.credentials));
    credentials_.push_back(login.credentials);
    known = std::prev(credentials_.end());
  }
  Identity& identity = *identities_[static_cast<std::size_t>(known - credentials_.begin())];
  return {&identity, std::move(login)};
}

Identities::Place& Identities::place_of(const std::string& region) {
  const auto own = of_region_.find(region);
  return own == of_region_.end() ? usual_ : own->second;
}

}  // namespace tricircle::remote
