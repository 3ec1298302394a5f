#include "store.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include <sqlite3.h>

namespace tricircle::sim {
namespace {

using storage::SqliteConnection;

constexpr std::int64_t kFarAway = 1000;

bool meet(const std::set<std::string>& some, const std::set<std::string>& others) {
  for (const std::string& row : some) {
    if (others.contains(row)) return true;
  }
  return false;
}

void copy_all(SqliteConnection& from, SqliteConnection& to) {
  sqlite3_backup* copy = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (copy == nullptr || sqlite3_backup_step(copy, -1) != SQLITE_DONE || sqlite3_backup_finish(copy) != SQLITE_OK)
    throw std::logic_error("a backup failed");
}

class Plain final : public storage::Database {
 public:
  explicit Plain(SqliteConnection& db) : db_(db) {}
  void read(const Work& work) override { work(db_); }
  void write(const Work& work) override { work(db_); }

 private:
  SqliteConnection& db_;
};

// A store with its tables, and what the migrations have put into them.
class Made {
 public:
  Made() {
    Plain plain(db_);
    storage::upgrade(plain);
    const auto tables =
        db_.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid");
    for (const storage::Row& table : tables.rows()) {
      const std::string name = table.text("name");
      const std::string kept = "temp.made_" + name;
      db_.execute("CREATE TEMP TABLE made_" + name + " AS SELECT * FROM main." + name);
      again_.push_front("DELETE FROM main." + name);  // what was made later may hang on it
      if (db_.execute("SELECT count(*) AS n FROM " + kept).front().integer("n") == 0) continue;
      again_.push_back("INSERT INTO main." + name + " SELECT * FROM " + kept);
    }
    again_.emplace_back("DELETE FROM main.sqlite_sequence");
    recorder_.emplace(db_);
  }

  Watched as_made() {
    db_.execute("BEGIN");
    for (const std::string& statement : again_) db_.execute(statement);
    db_.execute("COMMIT");
    return {db_, *recorder_};
  }

 private:
  SqliteConnection db_{":memory:"};
  std::optional<Recorder> recorder_;
  std::deque<std::string> again_;
};

// Made once a process, for one story after the other, never two at a time: statements stay prepared, which is most of
// what a new store costs.
Watched empty_store(const std::string& name) {
  static std::map<std::string, Made> made;
  return made[name].as_made();
}

}  // namespace

Store::Store(World& world, bool several)
    : world_(world), several_(several), present_(empty_store("present")), past_(empty_store("past")) {}

std::unique_ptr<SqliteConnection> Store::backup() {
  auto copy = std::make_unique<SqliteConnection>(":memory:");
  copy_all(present_.db, *copy);
  return copy;
}

void Store::restore(SqliteConnection& backup) {
  copy_all(backup, present_.db);
  copy_all(backup, past_.db);
  between_.clear();
  past_at_ = ++world_.committed;
}

void Store::look(const Work& work) {
  work(present_.db);
}

void Store::read(const Work& work) {
  present_.db.execute("BEGIN");
  try {
    work(present_.db);
  } catch (...) {
    present_.db.execute("ROLLBACK");
    throw;
  }
  present_.db.execute("COMMIT");
  world_.begun_at_commit = world_.committed;  // what it has seen it will not forget
}

void Store::write(const Work& work) {
  if (several_ && world_.begun_at_commit < world_.committed && write_as_begun(work, world_.begun_at_commit)) return;
  write_now(work);
}

void Store::write_now(const Work& work) {
  if (several_ || world_.telling) present_.recorder.start();
  present_.db.execute("BEGIN");
  try {
    work(present_.db);
    present_.db.execute("COMMIT");
  } catch (...) {
    present_.recorder.stop();
    present_.db.execute("ROLLBACK");
    throw;
  }
  committed(present_.recorder.stop());
}

bool Store::write_as_begun(const Work& work, std::int64_t begun) {
  bring_past_to(begun);
  past_.recorder.start();
  past_.db.execute("BEGIN");
  // On another node numbers come from elsewhere: two that are given at once are no reason to refuse one.
  past_.db.execute("UPDATE sqlite_sequence SET seq = seq + ?", {++other_node_ * kFarAway});
  try {
    work(past_.db);
  } catch (...) {
    past_.recorder.stop();
    past_.db.execute("ROLLBACK");
    throw;
  }
  Changes changes = past_.recorder.stop();
  past_.db.execute("ROLLBACK");
  const std::set<std::string> rows = rows_of(changes);
  const bool meets_another = std::ranges::any_of(between_, [&](const Commit& other) { return meet(rows, other.rows); });
  if (meets_another || !make_again(present_.db, changes)) {
    ++refused_;
    return false;
  }
  committed(std::move(changes));
  return true;
}

void Store::bring_past_to(std::int64_t commit) {
  for (; past_at_ < commit; ++past_at_) {
    if (!make_again(past_.db, between_.front().changes)) throw std::logic_error("the past does not follow the present");
    between_.pop_front();
  }
}

void Store::committed(Changes changes) {
  if (world_.telling) {
    for (const Change& change : changes) world_.tell("    " + told(change));
  }
  if (several_) {
    std::set<std::string> rows = rows_of(changes);
    between_.push_back({std::move(changes), std::move(rows)});
  }
  ++world_.committed;
  world_.begun_at_commit = world_.committed;
}

void Door::read(const Work& work) {
  if (shut_) throw storage::ConnectionLost("the process is dead");
  store_.read(work);
}

void Door::write(const Work& work) {
  if (shut_) throw storage::ConnectionLost("the process is dead");
  if (failures_ > 0) {
    --failures_;
    throw storage::DbError("the store is out of order");
  }
  store_.write(work);
}

// As a thread of its own does it.
void Door::write_later(Work work, Done done) {
  process_.later(process_.hop(), [this, work = std::move(work), done = std::move(done)]() mutable {
    Database::write_later(std::move(work), std::move(done));
  });
}

}  // namespace tricircle::sim
