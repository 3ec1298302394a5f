// Which of the pod's objects are the centre's, and how much of each the centre has been told. Remembered for as long as
// it can be trusted: ties of networks come and go by hand, so they are asked for again after a moment. Io thread only;
// throws Away.
#pragma once
#include "agent/centre.hpp"
#include "base/clock.hpp"

#include <string>
#include <unordered_map>

namespace tricircle::agent {

class Links {
 public:
  Links(Centre& centre, const base::Clock& clock) : centre_(centre), clock_(clock) {}

  // The central network that a local one is; '' = none.
  base::Awaitable<std::string> central_network(std::string local_id);
  void network_changed(const std::string& local_id) { networks_.erase(local_id); }

  base::Awaitable<Tie> port(std::string local_id);  // central_id '' = none
  // The centre has been told of the port up to here.
  void told(const std::string& local_id, Tie);
  void replace_ports(const std::vector<Tie>&);  // by what the centre says of all of them
  void forget_port(const std::string& local_id) { ports_.erase(local_id); }

 private:
  struct Network {
    std::string central_id;
    base::Micros asked_at = 0;
  };
  Centre& centre_;
  const base::Clock& clock_;
  std::unordered_map<std::string, Network> networks_;
  std::unordered_map<std::string, Tie> ports_;
};

}  // namespace tricircle::agent
