#include "world.hpp"

#include <iostream>
#include <utility>

namespace tricircle::sim {

std::int64_t World::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
}

void World::after(Micros wait, int owner, std::function<void()> what) {
  queue_.emplace(std::pair{now_ + wait, ++numbers_}, Event{owner, committed, std::move(what)});
}

void World::forget(int owner) {
  // Taken out first: what they hold may put something into the queue as it goes.
  std::vector<Event> gone;
  for (auto at = queue_.begin(); at != queue_.end();) {
    if (at->second.owner != owner) {
      ++at;
      continue;
    }
    gone.push_back(std::move(at->second));
    at = queue_.erase(at);
  }
  stalled_.erase(owner);
}

void World::stall(int owner, Micros until) {
  stalled_[owner] = until;
}

bool World::step() {
  if (queue_.empty()) return false;
  auto node = queue_.extract(queue_.begin());
  now_ = node.key().first;
  Event& event = node.mapped();
  const auto stalled = stalled_.find(event.owner);
  if (stalled != stalled_.end() && stalled->second > now_) {
    node.key().first = stalled->second;
    queue_.insert(std::move(node));
    return true;
  }
  begun_at_commit = event.commit;
  event.what();
  pump(std::exchange(outside_, false) ? 0 : event.owner);
  return true;
}

void World::run_until(Micros when) {
  outside_ = true;
  while (!queue_.empty() && queue_.begin()->first.first <= when) step();
  now_ = std::max(now_, when);
}

void World::pump(int owner) {
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < runtimes_.size(); ++i) {
      if (owner != 0 && runtimes_[i].owner != owner) continue;
      boost::asio::io_context& io = runtimes_[i].runtime->io();
      io.restart();
      if (io.poll() != 0) more = true;
    }
  }
}

void World::tell(const std::string& line) const {
  if (!telling) return;
  const Micros since = now_ - 1'700'000'000 * kSecond;
  std::cout << "  " << since / kSecond << '.' << std::to_string(kSecond + since % kSecond).substr(1) << "  " << line
            << '\n';
}

Micros Process::hop() {
  return world_.chance(80) ? world_.between(10, 400) : world_.between(400, 25 * kMillisecond);
}

}  // namespace tricircle::sim
