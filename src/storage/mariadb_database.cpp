#include "storage/mariadb_database.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "storage/counted.hpp"
#include "storage/mariadb_retry.hpp"
#include "storage/sql.hpp"

namespace tricircle::storage {
namespace {

constexpr base::Micros kMarksKept = 24 * 3600 * base::kSecond;

// What `work` throws over a transaction that is gone is a conclusion from nothing: the loss itself is told.
void run_in(MariadbConnection& connection, const Database::Work& work) {
  std::exception_ptr failure;
  try {
    work(connection);
  } catch (...) {
    failure = std::current_exception();
  }
  if (const std::exception_ptr loss = connection.loss()) failure = loss;
  if (!failure) return;
  connection.roll_back();
  std::rethrow_exception(std::move(failure));
}

}  // namespace

MariadbDatabase::MariadbDatabase(const MariadbPlace& place, std::size_t connections)
    : hosts_(place),
      readers_(hosts_, Isolation::repeatable_read, connections),
      writers_(hosts_, Isolation::read_committed, connections) {
  for (std::size_t i = 0; i < connections; ++i) threads_.emplace_back([this] { run(); });
}

MariadbDatabase::~MariadbDatabase() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  more_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

// It waits for no lock, so that nothing but the loss of the connection ends it.
void MariadbDatabase::read(const Work& work) {
  Patience::with([&] {
    MariadbPool::Borrowed connection(readers_);
    connection->begin();
    run_in(*connection, work);
    connection->roll_back();
  });
}

void MariadbDatabase::write(const Work& work) {
  make_marks();
  Patience::with([&] {
    if (!write_once(work)) throw Busy("another node's transaction came first");
  });
}

bool MariadbDatabase::write_once(const Work& work) {
  Mark mark{"", ++last_mark_};
  const auto begun = std::chrono::steady_clock::now();
  {
    MariadbPool::Borrowed connection(writers_);
    connection->begin();
    run_in(*connection, [&](Connection& db) {
      work(db);
      if (connection->wrote()) leave_mark(*connection, mark);
    });
    const bool wrote = connection->wrote();
    const auto end = connection->commit();
    if (end == MariadbConnection::End::undone) connection->roll_back();
    if (end == MariadbConnection::End::committed) count_commit(1, std::chrono::steady_clock::now() - begun);
    if (end != MariadbConnection::End::unknown) return end == MariadbConnection::End::committed;
    if (!wrote) return false;
    mark.session = connection->session();
  }
  base::log::warn("commit_unknown session={} number={}", mark.session, mark.number);
  return was_committed(mark);
}

void MariadbDatabase::leave_mark(MariadbConnection& connection, const Mark& mark) {
  const base::Micros now = base::SystemClock().now();
  const Result found = connection.execute("UPDATE write_marks SET number = ?, at = ? WHERE session = ?",
                                          {mark.number, now, connection.session()});
  if (found.affected() == 0)
    connection.execute("INSERT INTO write_marks (session, number, at, looked) VALUES (?, ?, ?, 0)",
                       {connection.session(), mark.number, now});
}

// The lost transaction may still be under way, here or at another node, so it is not enough to look: its row is
// written. Once that is committed, the other has been, which the row then shows, or never will be.
bool MariadbDatabase::was_committed(const Mark& mark) {
  try {
    return Patience::with([&] {
      MariadbPool::Borrowed connection(writers_);
      connection->begin();
      bool committed = false;
      run_in(*connection, [&](Connection& db) {
        const std::string& session = mark.session;
        const Result met = db.execute("UPDATE write_marks SET looked = looked + 1 WHERE session = ?", {session});
        if (met.affected() == 0)
          db.execute("INSERT INTO write_marks (session, number, at, looked) VALUES (?, 0, ?, 1)",
                     {session, base::SystemClock().now()});
        const Result found = db.execute("SELECT number FROM write_marks WHERE session = ?", {session});
        committed = found.front().integer("number") == mark.number;
      });
      if (connection->commit() != MariadbConnection::End::committed) throw Busy("to be looked up again");
      return committed;
    });
  } catch (const DbError& error) {
    throw DbError(std::string("it is not known whether a write was committed: ") + error.what());
  }
}

void MariadbDatabase::make_marks() {
  if (has_marks_) return;
  const std::lock_guard guard(making_marks_);
  if (has_marks_) return;
  Patience::with([&] {
    MariadbPool::Borrowed connection(writers_);
    // Asked first: on Galera even a CREATE that finds its table there ends all transactions on it.
    if (!has_table(*connection, "write_marks"))
      connection->execute(
          "CREATE TABLE IF NOT EXISTS write_marks (session VARCHAR(36) NOT NULL PRIMARY KEY, number BIGINT NOT NULL, "
          "at BIGINT NOT NULL, looked BIGINT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
          "COLLATE=utf8mb4_nopad_bin");
    // Of connections that are no more. One that still is makes its row anew.
    connection->execute("DELETE FROM write_marks WHERE at < ?", {base::SystemClock().now() - kMarksKept});
  });
  has_marks_ = true;
}

void MariadbDatabase::write_later(Work work, Done done) {
  {
    const std::lock_guard guard(mutex_);
    waiting_.push_back({std::move(work), std::move(done)});
  }
  more_.notify_one();
}

void MariadbDatabase::run() {
  for (;;) {
    Later next;
    {
      std::unique_lock guard(mutex_);
      more_.wait(guard, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    // As if there were no such threads.
    Database::write_later(std::move(next.work), std::move(next.done));
  }
}

}  // namespace tricircle::storage
