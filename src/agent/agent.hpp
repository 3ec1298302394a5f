// The local plugin of a pod that runs OpenStack's own Neutron, beside it and not inside: it hears what happens there
// (notifications of the pod's broker, or looking at intervals) and reports it to the centre. Made by app, which starts
// and stops it from the main thread.
#pragma once
#include "agent/options.hpp"
#include "base/clock.hpp"
#include "base/runtime.hpp"
#include "http/client.hpp"
#include "remote/identities.hpp"

#include <memory>

namespace tricircle::agent {

class Agent {
 public:
  // As whom the centre is called (`usual`), and the pod (its region's, where it has some).
  Agent(base::Runtime&, http::Client&, const base::Clock&, remote::Logins, Options);
  ~Agent();  // stop()
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  void start();
  void stop();  // notifications that the centre has not answered for stay in the queue

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tricircle::agent
