// The pod's ports and networks as its Neutron lists them, page by page. Coroutines on the runtime's io thread. Throw
// Away when a page did not come whole: nothing may be concluded then.
#pragma once
#include "agent/away.hpp"
#include "agent/told.hpp"
#include "remote/pod_neutron.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tricircle::agent {

class PodView {
 public:
  // From now on the pod is here; calls under way end where they began.
  void is_at(remote::PodNeutron neutron) { neutron_ = std::make_shared<remote::PodNeutron>(std::move(neutron)); }

  // The next ports of these networks after `marker` ('' = the first), by id; none = there are no more.
  base::Awaitable<std::vector<LocalPort>> page_of_ports(std::vector<std::string> network_ids, std::string marker);
  base::Awaitable<std::vector<LocalNetwork>> page_of_networks(std::string marker);
  base::Awaitable<std::optional<LocalPort>> port(std::string id);  // nullopt: the pod says that it has none such
  base::Awaitable<bool> is_gone(std::string type, std::string id);

 private:
  std::shared_ptr<remote::PodNeutron> neutron_;
};

}  // namespace tricircle::agent
