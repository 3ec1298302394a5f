#include "storage/mariadb_pool.hpp"

#include "base/log.hpp"

#include <exception>

namespace tricircle::storage {
namespace {

// A host that has failed is asked last for so long.
constexpr std::chrono::seconds kDistrust{10};
// Who was idle for longer is asked whether it lives: servers close what is idle (wait_timeout), firewalls forget it.
constexpr std::chrono::seconds kIdle{20};

}  // namespace

MariadbHosts::MariadbHosts(MariadbPlace place) : place_(std::move(place)), failed_until_(place_.hosts.size()) {}

std::vector<std::size_t> MariadbHosts::order() const {
  const std::lock_guard guard(mutex_);
  const Clock::time_point now = Clock::now();
  std::vector<std::size_t> hosts;
  for (const bool distrusted : {false, true}) {
    for (std::size_t i = 0; i < failed_until_.size(); ++i) {
      if ((failed_until_[i] > now) == distrusted) hosts.push_back(i);
    }
  }
  return hosts;
}

bool MariadbHosts::is_best(std::size_t host) const {
  return order().front() == host;
}

void MariadbHosts::failed(std::size_t host) {
  const std::lock_guard guard(mutex_);
  failed_until_[host] = Clock::now() + kDistrust;
}

std::unique_ptr<MariadbConnection> MariadbHosts::connect(Isolation isolation) {
  std::string words;
  const std::vector<std::size_t> hosts = order();
  for (const std::size_t host : hosts) {
    try {
      return std::make_unique<MariadbConnection>(place_, host, isolation);
    } catch (const ConnectionLost& error) {
      base::log::warn("database_host_failed host={} error=\"{}\"", place_.hosts[host].name, error.what());
      words += (words.empty() ? "" : "; ") + std::string(error.what());
      failed(host);
    }
  }
  throw ConnectionLost(words);
}

MariadbPool::MariadbPool(MariadbHosts& hosts, Isolation isolation, std::size_t size)
    : hosts_(hosts), isolation_(isolation), free_(size) {}

std::unique_ptr<MariadbConnection> MariadbPool::take() {
  {
    std::unique_lock guard(mutex_);
    returned_.wait(guard, [this] { return free_ > 0; });
    --free_;
  }
  try {
    std::unique_ptr<MariadbConnection> connection = idle();
    return connection ? std::move(connection) : hosts_.connect(isolation_);
  } catch (...) {
    give(nullptr);
    throw;
  }
}

std::unique_ptr<MariadbConnection> MariadbPool::idle() {
  for (;;) {
    Idle found;
    {
      const std::lock_guard guard(mutex_);
      if (idle_.empty()) return nullptr;
      found = std::move(idle_.back());
      idle_.pop_back();
    }
    const bool fresh = Clock::now() - found.since < kIdle;
    if (hosts_.is_best(found.connection->host()) && (fresh || found.connection->answers()))
      return std::move(found.connection);
  }
}

void MariadbPool::give(std::unique_ptr<MariadbConnection> connection) noexcept {
  if (connection && !connection->usable()) {
    hosts_.failed(connection->host());
    connection.reset();
  }
  {
    const std::lock_guard guard(mutex_);
    ++free_;
    if (connection) idle_.push_back({std::move(connection), Clock::now()});
  }
  returned_.notify_one();
}

}  // namespace tricircle::storage
