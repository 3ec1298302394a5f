// MariaDB, alone or a Galera cluster, as a Database: plain transactions on several connections at once. Owned by
// app/wiring, shared by all rooms.
//
// Here is the one place where a transaction is run again: after a deadlock, a lock that did not come, a commit beaten
// by another node's, a lost connection. Also the one place where a COMMIT whose answer was lost is looked up: each
// writing transaction leaves a number in its connection's row of `write_marks`.
#pragma once
#include "storage/database.hpp"
#include "storage/mariadb_pool.hpp"

#include <atomic>
#include <deque>
#include <thread>

namespace tricircle::storage {

class MariadbDatabase final : public Database {
 public:
  explicit MariadbDatabase(const MariadbPlace& place, std::size_t connections = 8);  // as many again for reading
  ~MariadbDatabase() override;  // what was given to write_later() is written first

  void read(const Work& work) override;
  void write(const Work& work) override;
  void write_later(Work work, Done done) override;

 private:
  struct Mark {
    std::string session;
    std::int64_t number;
  };
  struct Later {
    Work work;
    Done done;
  };
  bool write_once(const Work& work);  // false: undone by another node
  void leave_mark(MariadbConnection& connection, const Mark& mark);
  bool was_committed(const Mark& mark);
  void make_marks();  // the table, unless it is there
  void run();         // a thread of those that write later

  MariadbHosts hosts_;
  MariadbPool readers_;
  MariadbPool writers_;
  std::mutex making_marks_;
  std::atomic<bool> has_marks_ = false;
  std::atomic<std::int64_t> last_mark_ = 0;

  std::mutex mutex_;  // of what waits
  std::condition_variable more_;
  std::deque<Later> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tricircle::storage
