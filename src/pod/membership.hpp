// A pod makes itself known at the centre: its row with region and URL, tried until it works. Owned by Pod.
#pragma once
#include "base/runtime.hpp"
#include "pod/centre_client.hpp"

#include <memory>
#include <string>

namespace tricircle::pod {

class Membership {
 public:
  Membership(CentreClient& centre, std::string region, std::string own_url)
      : centre_(centre), region_(std::move(region)), own_url_(std::move(own_url)) {}

  base::Awaitable<void> join(std::shared_ptr<void> owner, const bool& stopping);  // returns once known
  const std::string& pod_id() const { return pod_id_; }                           // '' until then; io thread only

 private:
  base::Awaitable<bool> try_once();
  CentreClient& centre_;
  std::string region_;
  std::string own_url_;
  std::string pod_id_;
};

}  // namespace tricircle::pod
