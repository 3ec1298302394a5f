// Tells the centre the news of the pod, each object's in its order, different objects' side by side, at a bounded rate,
// and again until the centre has answered. Owned by Agent. Io thread only.
#pragma once
#include "agent/centre.hpp"
#include "agent/links.hpp"
#include "agent/options.hpp"
#include "agent/pod_view.hpp"
#include "base/runtime.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tricircle::agent {

class Reporter : public std::enable_shared_from_this<Reporter> {
 public:
  // `tied`: a network of the pod has become a central one, and its ports are news.
  Reporter(base::Runtime&, const base::Clock&, Centre&, PodView&, const Options&,
           std::function<void(std::string local_network)> tied);

  // `done` is called when the centre has taken it, or would refuse it again and again; not at all once the agent stops.
  // Of two news of one object that both wait the newer goes.
  void tell(Told, std::function<void()> done);
  base::Awaitable<void> tell_and_wait(Told);

  // What the centre says that it knows of all ports: it may have been put back to what it was.
  void centre_knows(const std::vector<Tie>& ports) { links_.replace_ports(ports); }

 private:
  using Done = std::function<void()>;
  struct Waiting {
    std::optional<Told> next;
    std::vector<Done> to_call;
    bool busy = false;
  };

  base::Awaitable<void> work_off(std::shared_ptr<Reporter> self, std::string key);
  base::Awaitable<void> deliver_at_last(Told);
  base::Awaitable<void> deliver(Told);
  base::Awaitable<void> port_is(LocalPort);
  base::Awaitable<void> port_gone(std::string id);
  base::Awaitable<void> network_is(LocalNetwork);
  base::Awaitable<void> network_gone(std::string id);
  base::Awaitable<std::string> central_network_for(LocalNetwork);
  base::Awaitable<void> turn();  // not before the rate allows another report

  base::Runtime& runtime_;
  const base::Clock& clock_;
  Centre& centre_;
  PodView& pod_;
  const Options& options_;
  std::function<void(std::string)> tied_;
  Links links_;
  base::Micros next_turn_ = 0;  // monotonic
  std::unordered_map<std::string, Waiting> waiting_;
};

}  // namespace tricircle::agent
