// What lies between the processes and the pods: calls take time, get lost on the way there or back, arrive late, twice
// or at a gateway that answers for itself. One Network, and a client of it in each process.
#pragma once
#include "http/client.hpp"
#include "pod_server.hpp"
#include "world.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tricircle::sim {

// What happens to the next calls to a pod.
struct Fault {
  enum class Kind { refused, lost, answer_lost, late, twice, slow, status, status_done, refusal };
  Kind kind = Kind::refused;
  int status =
      0;  // of the last three: by a gateway without, and after, carrying it out; by the pod itself, that will not
  int calls = 1;
};

class Client;

class Network {
 public:
  Network(World& world, Micros call_deadline, Micros settle)
      : world_(world), call_deadline_(call_deadline), settle_(settle) {}

  void add(PodServer& pod) { pods_[pod.region] = &pod; }
  void spoil(const std::string& region, Fault fault) { faults_[region].push_back(fault); }
  void be_well() { faults_.clear(); }
  bool spoils(const std::string& region) const {
    const auto found = faults_.find(region);
    return found != faults_.end() && !found->second.empty();
  }

  // Writes that have been sent to the pod and may still be carried out; the time of the oldest, or `otherwise`.
  Micros oldest_under_way(const std::string& region, Micros otherwise) const;
  bool quiet() const { return under_way_.empty(); }

  std::int64_t spoiled() const { return spoiled_; }

 private:
  friend class Client;
  struct Asked {
    int process;
    std::uint64_t number;  // of the process's own calls
    http::OutRequest request;
    PodServer* pod;
  };
  void send(Client&, std::uint64_t number, http::OutRequest);
  std::optional<Fault> next_fault(const std::string& region);
  void arrive(std::shared_ptr<Asked>, const std::optional<Fault>&, std::uint64_t write);
  void answer(const Asked&, http::OutResponse, Micros after);
  http::OutResponse carry_out(const Asked&);

  World& world_;
  Micros call_deadline_;
  Micros settle_;
  std::map<std::string, PodServer*> pods_;
  std::map<std::string, std::deque<Fault>> faults_;
  std::map<int, Client*> clients_;
  std::map<std::uint64_t, std::pair<std::string, Micros>> under_way_;
  std::uint64_t writes_ = 0;
  std::int64_t spoiled_ = 0;
};

class Client final : public http::Client {
 public:
  Client(Network& network, Process& process);
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(http::OutRequest, std::function<void(http::OutResponse)> done) override;

 private:
  friend class Network;
  void answered(std::uint64_t number, http::OutResponse);

  Network& network_;
  Process& process_;
  std::uint64_t numbers_ = 0;
  std::map<std::uint64_t, std::function<void(http::OutResponse)>> waiting_;
};

}  // namespace tricircle::sim
