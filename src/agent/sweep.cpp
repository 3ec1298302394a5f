#include "agent/sweep.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace tricircle::agent {
namespace {

constexpr std::size_t kNetworksAtATime = 20;  // as filters of one list

using Ties = std::unordered_map<std::string, Tie>;  // by the pod's id

Ties by_local_id(const std::vector<Tie>& all) {
  Ties ties;
  for (const Tie& tie : all) {
    if (!tie.local_id.empty()) ties.emplace(tie.local_id, tie);
  }
  return ties;
}

base::Awaitable<Ties> ties_by_local_id(Centre& centre, std::string type) {
  const std::vector<Tie> all = co_await centre.ties(std::move(type));
  co_return by_local_id(all);
}

base::Awaitable<Ties> ports_told(Centre& centre, Reporter& reporter) {
  const std::vector<Tie> all = co_await centre.ties(kPort);
  reporter.centre_knows(all);
  co_return by_local_id(all);
}

bool differs(const Ties& told, const LocalPort& port) {
  const auto tie = told.find(port.id);
  return tie == told.end() || tie->second.reported_created_at != port.created_at ||
         tie->second.reported_revision < port.revision;
}

// Ends where a page brings nothing new: some servers take no heed of the marker.
base::Awaitable<Swept> sweep_ports(PodView& pod, Reporter& reporter, std::vector<std::string> networks,
                                   const Ties& told, std::unordered_set<std::string>& seen) {
  Swept swept;
  for (std::string marker;;) {
    const std::vector<LocalPort> page = co_await pod.page_of_ports(networks, marker);
    std::size_t fresh = 0;
    for (const LocalPort& port : page) {
      marker = port.id;
      if (!seen.insert(port.id).second) continue;
      ++fresh;
      if (!differs(told, port)) continue;
      ++swept.told;
      Told news = told_of(port);
      co_await reporter.tell_and_wait(std::move(news));
    }
    swept.ports += fresh;
    if (fresh == 0) co_return swept;
  }
}

// Returns all that there are; those that are not tied are news where a rule may tie them.
base::Awaitable<std::unordered_set<std::string>> sweep_networks(PodView& pod, Reporter& reporter, const Ties& told,
                                                                LinkRule rule) {
  std::unordered_set<std::string> seen;
  for (std::string marker;;) {
    const std::vector<LocalNetwork> page = co_await pod.page_of_networks(marker);
    std::size_t fresh = 0;
    for (const LocalNetwork& network : page) {
      marker = network.id;
      if (!seen.insert(network.id).second) continue;
      ++fresh;
      if (rule == LinkRule::none || told.contains(network.id)) continue;
      Told news = told_of(network);
      co_await reporter.tell_and_wait(std::move(news));
    }
    if (fresh == 0) co_return seen;
  }
}

// Of what was not seen the pod itself must say that it has none such: a list that lacks it says nothing.
base::Awaitable<std::size_t> sweep_gone(PodView& pod, Reporter& reporter, std::string type, const Ties& told,
                                        const std::unordered_set<std::string>& seen) {
  std::size_t gone = 0;
  for (const auto& [local_id, tie] : told) {
    if (seen.contains(local_id)) continue;
    const bool is_gone = co_await pod.is_gone(type, local_id);
    if (!is_gone) continue;
    ++gone;
    Told news = told_gone(type, local_id);
    co_await reporter.tell_and_wait(std::move(news));
  }
  co_return gone;
}

}  // namespace

base::Awaitable<Swept> sweep(Centre& centre, PodView& pod, Reporter& reporter, LinkRule rule) {
  const Ties tied = co_await ties_by_local_id(centre, kNetwork);
  const std::unordered_set<std::string> there = co_await sweep_networks(pod, reporter, tied, rule);
  const Ties networks = co_await ties_by_local_id(centre, kNetwork);
  const Ties ports = co_await ports_told(centre, reporter);
  std::vector<std::string> ids;
  for (const auto& [local_id, tie] : networks) ids.push_back(local_id);
  std::unordered_set<std::string> seen;
  Swept all{ids.size(), 0, 0};
  for (std::size_t at = 0; at < ids.size(); at += kNetworksAtATime) {
    const std::size_t end = std::min(at + kNetworksAtATime, ids.size());
    std::vector<std::string> some(ids.begin() + static_cast<std::ptrdiff_t>(at),
                                  ids.begin() + static_cast<std::ptrdiff_t>(end));
    const Swept part = co_await sweep_ports(pod, reporter, std::move(some), ports, seen);
    all.ports += part.ports;
    all.told += part.told;
  }
  all.told += co_await sweep_gone(pod, reporter, kPort, ports, seen);
  all.told += co_await sweep_gone(pod, reporter, kNetwork, networks, there);
  co_return all;
}

base::Awaitable<Swept> sweep_network(Centre& centre, PodView& pod, Reporter& reporter, std::string local_id) {
  const Ties ports = co_await ports_told(centre, reporter);
  std::unordered_set<std::string> seen;
  std::vector<std::string> one(1, std::move(local_id));
  co_return co_await sweep_ports(pod, reporter, std::move(one), ports, seen);
}

}  // namespace tricircle::agent
