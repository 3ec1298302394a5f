#include "storage/commit_watch.hpp"
#include "storage/database.hpp"
#include "storage/group_writer.hpp"
#include "storage/sqlite_connection.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace tricircle::storage {
namespace {

// A read transaction on a connection, ended however the work ends.
void read_on(Connection& connection, const Database::Work& work) {
  connection.execute("BEGIN");
  try {
    work(connection);
  } catch (...) {
    connection.execute("ROLLBACK");
    throw;
  }
  connection.execute("COMMIT");
}

// Processes that start together on a new file enter WAL one after another; later ones find it there and wait for no
// writer.
std::unique_ptr<SqliteConnection> opened(const std::filesystem::path& file, FileTurns& turns) {
  auto connection = std::make_unique<SqliteConnection>(file.string());
  if (!connection->in_wal_mode()) {
    const Turn turn(&turns);
    connection->enter_wal_mode();
  }
  return connection;
}

class SqliteFile final : public Database {
 public:
  SqliteFile(const std::filesystem::path& file, std::size_t readers)
      : SqliteFile(file, std::make_unique<FileTurns>(file)) {
    for (std::size_t i = 0; i < readers; ++i)
      idle_.push_back(std::make_unique<SqliteConnection>(file.string(), kToRead));
  }

  void read(const Work& work) override {
    std::unique_ptr<SqliteConnection> connection = take();
    try {
      read_on(*connection, work);
    } catch (...) {
      give(std::move(connection));
      throw;
    }
    give(std::move(connection));
  }

  void write(const Work& work) override { writer_.submit(work); }
  void write_later(Work work, Done done) override { writer_.submit_later(std::move(work), std::move(done)); }

  std::optional<std::int64_t> stamp() override { return watch_.stamp(); }

 private:
  SqliteFile(const std::filesystem::path& file, std::unique_ptr<FileTurns> turns)
      : writer_{opened(file, *turns), std::move(turns)}, watch_(file.string()) {}  // in this order

  std::unique_ptr<SqliteConnection> take() {
    std::unique_lock guard(mutex_);
    returned_.wait(guard, [this] { return !idle_.empty(); });
    std::unique_ptr<SqliteConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }

  void give(std::unique_ptr<SqliteConnection> connection) {
    {
      const std::lock_guard guard(mutex_);
      idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
  }

  GroupWriter writer_;
  CommitWatch watch_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

// One connection for both; a read waits for the write under way.
class SqliteMemory final : public Database {
 public:
  void read(const Work& work) override {
    const std::lock_guard guard(mutex_);
    read_on(connection_, work);
  }

  void write(const Work& work) override {
    const std::lock_guard guard(mutex_);
    connection_.execute("BEGIN IMMEDIATE");
    try {
      work(connection_);
      connection_.execute("COMMIT");
    } catch (...) {
      connection_.execute("ROLLBACK");
      throw;
    }
  }

 private:
  std::mutex mutex_;
  SqliteConnection connection_{":memory:"};
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::filesystem::path& file, std::size_t readers) {
  return std::make_unique<SqliteFile>(file, readers);
}

std::unique_ptr<Database> open_sqlite_in_memory() {
  return std::make_unique<SqliteMemory>();
}

}  // namespace tricircle::storage
