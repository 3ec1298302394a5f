#include "agent/links.hpp"

namespace tricircle::agent {
namespace {

constexpr base::Micros kTrusted = 1 * base::kSecond;

}  // namespace

base::Awaitable<std::string> Links::central_network(std::string local_id) {
  const auto known = networks_.find(local_id);
  if (known != networks_.end() && clock_.monotonic() - known->second.asked_at < kTrusted)
    co_return known->second.central_id;
  const base::Micros now = clock_.monotonic();
  const Tie tie = co_await centre_.tie_of(kNetwork, local_id);
  networks_[local_id] = {tie.central_id, now};
  co_return tie.central_id;
}

base::Awaitable<Tie> Links::port(std::string local_id) {
  if (const auto known = ports_.find(local_id); known != ports_.end()) co_return known->second;
  Tie tie = co_await centre_.tie_of(kPort, local_id);
  if (!tie.central_id.empty()) ports_[local_id] = tie;
  co_return tie;
}

void Links::told(const std::string& local_id, Tie tie) {
  ports_[local_id] = std::move(tie);
}

void Links::replace_ports(const std::vector<Tie>& ties) {
  ports_.clear();
  for (const Tie& tie : ties) ports_[tie.local_id] = tie;
}

}  // namespace tricircle::agent
