// Connections to the hosts of one MariaDB, for many threads: borrowed one at a time, made when there is need for one,
// given up when they break. Owned by a MariadbDatabase. Functions block; any thread.
#pragma once
#include "storage/mariadb_connection.hpp"
#include "storage/mariadb_place.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace tricircle::storage {

// Which host is to be tried first: the first of the list that is not known to have failed just now, so that all
// processes use the same node, and come back to it. On several Galera nodes at once half of the claims are conflicts.
class MariadbHosts {
 public:
  explicit MariadbHosts(MariadbPlace place);
  // Tries each host once. Throws ConnectionLost when none can be used, DbError when one refuses us.
  std::unique_ptr<MariadbConnection> connect(Isolation isolation);
  void failed(std::size_t host);
  bool is_best(std::size_t host) const;

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<std::size_t> order() const;

  const MariadbPlace place_;
  mutable std::mutex mutex_;
  std::vector<Clock::time_point> failed_until_;
};

class MariadbPool {
 public:
  MariadbPool(MariadbHosts& hosts, Isolation isolation, std::size_t size);

  // One connection until the end of the scope.
  class Borrowed {
   public:
    explicit Borrowed(MariadbPool& pool) : pool_(pool), connection_(pool.take()) {}
    ~Borrowed() { pool_.give(std::move(connection_)); }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    MariadbConnection& operator*() { return *connection_; }
    MariadbConnection* operator->() { return connection_.get(); }

   private:
    MariadbPool& pool_;
    std::unique_ptr<MariadbConnection> connection_;
  };

 private:
  using Clock = std::chrono::steady_clock;
  struct Idle {
    std::unique_ptr<MariadbConnection> connection;
    Clock::time_point since;
  };
  std::unique_ptr<MariadbConnection> take();  // waits for its turn; throws as MariadbHosts::connect
  std::unique_ptr<MariadbConnection> idle();  // null: there is none
  void give(std::unique_ptr<MariadbConnection> connection) noexcept;

  MariadbHosts& hosts_;
  const Isolation isolation_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::size_t free_;  // how many more may be borrowed
  std::vector<Idle> idle_;
};

}  // namespace tricircle::storage
