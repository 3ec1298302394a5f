// The store of a process: SQLite with many readers and one group-commit writer, or MariaDB. Owned by app/wiring, shared
// by all rooms. read() and write() block and belong on pool threads, never on the io thread.
#pragma once
#include "storage/connection.hpp"

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tricircle::storage {

class Database {
 public:
  using Work = std::function<void(Connection&)>;
  virtual ~Database() = default;

  // `work` may be run more than once, in read() as in write() (after Busy, or on another connection), so it must only
  // touch the connection and what it resets. Its exceptions pass through.

  // One consistent snapshot; sees every write() that has returned before.
  virtual void read(const Work& work) = 0;

  // One transaction: returns after its COMMIT is durable. An exception of `work` undoes its changes alone.
  virtual void write(const Work& work) = 0;

  // As write(), without a thread that waits: `done` is given what write() would have thrown (nobody else keeps it),
  // once, from the thread that writes, which it must not hold up. A store that has no such thread writes at once, on
  // the caller's.
  using Done = std::function<void(std::exception_ptr)>;
  virtual void write_later(Work work, Done done);

  // A number that is another one after every commit of whatever process; while it stands, what was read after it was
  // asked for can be told again. Does not wait, so that the io thread may ask. None: this store cannot tell.
  virtual std::optional<std::int64_t> stamp() { return std::nullopt; }
};

// SQLite in WAL mode with synchronous=FULL. Several processes may share the file.
// Opens or makes the file; `readers` connections for read(). Throws DbError.
std::unique_ptr<Database> open_sqlite(const std::filesystem::path& file, std::size_t readers = 4);
std::unique_ptr<Database> open_sqlite_in_memory();  // for tests: gone with the object

// "sqlite:////abs/file.db" or "mysql://user:password@host,host/database" (configuration's [database] connection).
// Throws base::Error for another scheme, or for one of these that is not well written. A MariaDB is not asked for
// before it is used.
std::unique_ptr<Database> open_database(const std::string& url);

// Applies the migrations that the binary carries and the store lacks, each in a transaction. Throws DbError when the
// store is so much newer that the binary may not use it. upgrade() is safe in several processes at once.
void upgrade(Database&);
int schema_version(Database&);  // 0 = empty
int known_schema_version();     // what this binary knows
// Throws DbError when another program has meanwhile given the store a schema that this binary may not use. Inside the
// caller's transaction.
void refuse_unfit(Connection&);

}  // namespace tricircle::storage
