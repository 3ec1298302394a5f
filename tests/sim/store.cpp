#include "store.hpp"

#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include <sqlite3.h>

namespace tricircle::sim {
namespace {

using storage::SqliteConnection;

constexpr std::int64_t kFarAway = 1000;

void check(int code) {
  if (code != SQLITE_OK) throw std::logic_error(std::string("a session failed: ") + sqlite3_errstr(code));
}

// What one transaction changes, row by row.
class Recording {
 public:
  explicit Recording(SqliteConnection& db) {
    check(sqlite3session_create(db.handle(), "main", &session_));
    check(sqlite3session_attach(session_, nullptr));
  }
  ~Recording() { sqlite3session_delete(session_); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  std::string changes() const {
    int size = 0;
    void* bytes = nullptr;
    check(sqlite3session_changeset(session_, &size, &bytes));
    std::string text(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    sqlite3_free(bytes);
    return text;
  }

 private:
  sqlite3_session* session_ = nullptr;
};

std::string key_value(sqlite3_value* value) {
  if (value == nullptr) return "-";
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr ? "-" : text;
}

std::set<std::string> rows_of(const std::string& changes) {
  std::set<std::string> rows;
  sqlite3_changeset_iter* at = nullptr;
  check(sqlite3changeset_start(&at, static_cast<int>(changes.size()), const_cast<char*>(changes.data())));
  while (sqlite3changeset_next(at) == SQLITE_ROW) {
    const char* table = nullptr;
    int width = 0;
    int operation = 0;
    int indirect = 0;
    unsigned char* in_key = nullptr;
    check(sqlite3changeset_op(at, &table, &width, &operation, &indirect));
    check(sqlite3changeset_pk(at, &in_key, &width));
    std::string row = table;
    for (int column = 0; column < width; ++column) {
      if (in_key[column] == 0) continue;
      sqlite3_value* value = nullptr;
      check(operation == SQLITE_INSERT ? sqlite3changeset_new(at, column, &value)
                                       : sqlite3changeset_old(at, column, &value));
      row += "|" + key_value(value);
    }
    rows.insert(std::move(row));
  }
  check(sqlite3changeset_finalize(at));
  return rows;
}

bool apply_changes(SqliteConnection& db, const std::string& changes) {
  // A row that is gone already went with the one that it hung on.
  const auto refuse = [](void*, int why, sqlite3_changeset_iter* at) {
    const char* table = nullptr;
    int width = 0;
    int operation = 0;
    int indirect = 0;
    if (why == SQLITE_CHANGESET_NOTFOUND) sqlite3changeset_op(at, &table, &width, &operation, &indirect);
    return operation == SQLITE_DELETE ? SQLITE_CHANGESET_OMIT : SQLITE_CHANGESET_ABORT;
  };
  return sqlite3changeset_apply(db.handle(), static_cast<int>(changes.size()), const_cast<char*>(changes.data()),
                                nullptr, refuse, nullptr) == SQLITE_OK;
}

bool meet(const std::set<std::string>& some, const std::set<std::string>& others) {
  for (const std::string& row : some) {
    if (others.contains(row)) return true;
  }
  return false;
}

void copy_all(SqliteConnection& from, SqliteConnection& to) {
  sqlite3_backup* copy = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (copy == nullptr || sqlite3_backup_step(copy, -1) != SQLITE_DONE) throw std::logic_error("a backup failed");
  check(sqlite3_backup_finish(copy));
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
    const auto tables = db_.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    for (const storage::Row& table : tables.rows()) {
      const std::string name = table.text("name");
      const std::string kept = "temp.made_" + name;
      db_.execute("CREATE TEMP TABLE made_" + name + " AS SELECT * FROM main." + name);
      again_.push_back("DELETE FROM main." + name);
      if (db_.execute("SELECT count(*) AS n FROM " + kept).front().integer("n") == 0) continue;
      again_.push_back("INSERT INTO main." + name + " SELECT * FROM " + kept);
    }
    again_.emplace_back("DELETE FROM main.sqlite_sequence");
  }

  SqliteConnection& as_made() {
    db_.execute("BEGIN");
    db_.execute("PRAGMA defer_foreign_keys = ON");
    for (const std::string& statement : again_) db_.execute(statement);
    db_.execute("COMMIT");
    return db_;
  }

 private:
  SqliteConnection db_{":memory:"};
  std::vector<std::string> again_;
};

// Made once a process, for one story after the other, never two at a time: statements stay prepared, which is most of
// what a new store costs.
SqliteConnection& empty_store(const std::string& name) {
  static std::map<std::string, Made> made;
  return made[name].as_made();
}

}  // namespace

Store::Store(World& world, bool several)
    : world_(world), several_(several), present_(empty_store("present")), past_(empty_store("past")) {}

std::unique_ptr<SqliteConnection> Store::backup() {
  auto copy = std::make_unique<SqliteConnection>(":memory:");
  copy_all(present_, *copy);
  return copy;
}

void Store::restore(SqliteConnection& backup) {
  copy_all(backup, present_);
  copy_all(backup, past_);
  between_.clear();
  past_at_ = ++world_.committed;
}

void Store::look(const Work& work) {
  work(present_);
}

void Store::read(const Work& work) {
  present_.execute("BEGIN");
  try {
    work(present_);
  } catch (...) {
    present_.execute("ROLLBACK");
    throw;
  }
  present_.execute("COMMIT");
  world_.begun_at_commit = world_.committed;  // what it has seen it will not forget
}

void Store::write(const Work& work) {
  if (several_ && world_.begun_at_commit < world_.committed && write_as_begun(work, world_.begun_at_commit)) return;
  write_now(work);
}

void Store::write_now(const Work& work) {
  std::optional<Recording> recording;
  if (several_) recording.emplace(present_);
  present_.execute("BEGIN");
  Commit commit;
  try {
    work(present_);
    if (recording) commit.changes = recording->changes();
    present_.execute("COMMIT");
  } catch (...) {
    present_.execute("ROLLBACK");
    throw;
  }
  committed(std::move(commit));
}

bool Store::write_as_begun(const Work& work, std::int64_t begun) {
  bring_past_to(begun);
  Commit commit;
  {
    Recording recording(past_);
    past_.execute("BEGIN");
    // On another node numbers come from elsewhere: two that are given at once are no reason to refuse one.
    past_.execute("UPDATE sqlite_sequence SET seq = seq + ?", {++other_node_ * kFarAway});
    try {
      work(past_);
      commit.changes = recording.changes();
    } catch (...) {
      past_.execute("ROLLBACK");
      throw;
    }
    past_.execute("ROLLBACK");
  }
  const std::set<std::string> rows = rows_of(commit.changes);
  for (const Commit& other : between_) {
    if (!meet(rows, other.rows)) continue;
    ++refused_;
    return false;
  }
  if (!apply_changes(present_, commit.changes)) {
    ++refused_;
    return false;
  }
  committed(std::move(commit));
  return true;
}

void Store::bring_past_to(std::int64_t commit) {
  if (past_at_ >= commit) return;
  sqlite3_changegroup* all = nullptr;
  check(sqlite3changegroup_new(&all));
  for (; past_at_ < commit; ++past_at_) {
    std::string& changes = between_.front().changes;
    check(sqlite3changegroup_add(all, static_cast<int>(changes.size()), changes.data()));
    between_.pop_front();
  }
  int size = 0;
  void* bytes = nullptr;
  check(sqlite3changegroup_output(all, &size, &bytes));
  const std::string together(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  sqlite3changegroup_delete(all);
  if (!apply_changes(past_, together)) throw std::logic_error("the past does not follow the present");
}

void Store::committed(Commit commit) {
  if (several_) {
    commit.rows = rows_of(commit.changes);
    between_.push_back(std::move(commit));
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
