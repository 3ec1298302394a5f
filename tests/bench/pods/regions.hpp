// Many pods' Neutrons in memory behind one listener: that of region pod-0001 is at /pod-0001. Each has the networks
// that it was given at its birth, by hand as it were. Any thread.
#pragma once
#include "http/message.hpp"
#include "pod_server.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tricircle::bench {

class Regions {
 public:
  // Pods pod-0001 and so on, each with networks pod-0001-network-1 and so on.
  Regions(int pods, int networks);

  // What the pod that the path names answers; of `/calls`, how many calls and writes all have answered so far.
  http::Response handle(const http::Request&);

 private:
  // Nobody looks over the pods' shoulders here.
  struct Unwatched final : sim::PodServer::Watcher {
    void told_to_delete_policy(sim::PodServer&, const sim::PodPolicy&) override {}
    void about_to_delete_policy(sim::PodServer&, const sim::PodPolicy&) override {}
    void about_to_bind(sim::PodServer&, const std::string&, const std::string&) override {}
    void written(sim::PodServer&, const std::string&) override {}
    void touched(sim::PodServer&, const sim::PodPolicy&, const std::string&) override {}
  };
  struct Region {
    Region(const std::string& name, const base::Clock& clock, Unwatched& watcher) : server(name, clock, watcher) {}
    std::mutex mutex;
    sim::PodServer server;
  };
  http::Response counted() const;

  const base::SystemClock clock_;
  Unwatched watcher_;
  std::unordered_map<std::string, std::unique_ptr<Region>> regions_;
  std::atomic<std::int64_t> calls_ = 0;
  std::atomic<std::int64_t> writes_ = 0;
};

}  // namespace tricircle::bench
