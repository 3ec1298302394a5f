#include "storage/commit_watch.hpp"

#include <algorithm>
#include <atomic>

#include <sqlite3.h>

namespace tricircle::storage {
namespace {

constexpr int kIndexRegion = 32'768;  // bytes: what SQLite maps at once, everywhere the same

// Where the index begins; SQLite has mapped it for the first statement and gives the same place again.
const volatile void* index_of(sqlite3* db) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == nullptr)
    return nullptr;
  const sqlite3_io_methods* methods = file->pMethods;
  if (methods == nullptr || methods->iVersion < 2 || methods->xShmMap == nullptr) return nullptr;
  volatile void* index = nullptr;
  return methods->xShmMap(file, 0, kIndexRegion, 0, &index) == SQLITE_OK ? index : nullptr;
}

}  // namespace

CommitWatch::CommitWatch(const std::string& file) : connection_(file, kToWatch) {
  connection_.execute("SELECT count(*) FROM sqlite_master");
  header_ = static_cast<const volatile std::uint64_t*>(index_of(connection_.handle()));
}

// The header has two copies. A commit writes the second, then the first: until that is whole no reader can see what was
// committed, and nobody was told that it is.
std::optional<std::int64_t> CommitWatch::stamp() {
  if (header_ == nullptr) return std::nullopt;
  const std::lock_guard guard(mutex_);
  Header now;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  std::copy_n(header_, now.size(), now.begin());
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (now != seen_) {
    seen_ = now;
    ++stamp_;
  }
  return stamp_;
}

}  // namespace tricircle::storage
