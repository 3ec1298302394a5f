// The looks at the store that runs begin with. Those that come together are done in one read: a thousand runs of one
// edit see one snapshot, and in it a policy is read once for all of them. Owned by the Context; look() is for
// coroutines on the io thread, the looks themselves run on the pool, one read at a time.
#pragma once
#include "base/runtime.hpp"
#include "storage/database.hpp"
#include "xjob/central_policy.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace tricircle::xjob {

// What was read already in the read under way.
class Snapshot {
 public:
  explicit Snapshot(storage::Connection& connection) : db(connection) {}
  std::shared_ptr<const CentralPolicy> policy(const std::string& id);  // null: there is none

  storage::Connection& db;

 private:
  std::unordered_map<std::string, std::shared_ptr<const CentralPolicy>> policies_;
};

class Looks {
 public:
  using Look = std::function<void(Snapshot&)>;  // may be run more than once, as Database::read() says

  Looks(base::Runtime& runtime, storage::Database& database) : runtime_(runtime), database_(database) {}
  Looks(const Looks&) = delete;
  Looks& operator=(const Looks&) = delete;

  // Throws what the look throws, and storage::DbError when the read as a whole has failed.
  base::Awaitable<void> look(Look);

 private:
  struct Asked {
    Look look;
    base::Runtime::Done done;
    std::exception_ptr error;
  };
  void add(Look, base::Runtime::Done);
  void answer_all() noexcept;  // a look that nobody answers would hold its lane for ever: better to die
  void answer(std::vector<Asked>&);

  base::Runtime& runtime_;
  storage::Database& database_;
  std::mutex mutex_;  // of what follows
  bool answering_ = false;
  std::vector<Asked> waiting_;
};

}  // namespace tricircle::xjob
