// Migrations on MariaDB. DDL commits by itself there and can not be undone, so each statement that is done is noted,
// and who is killed between the two is followed by one who does it again and takes "it is there already" for done.
#include "base/ids.hpp"
#include "storage/mariadb_errors.hpp"
#include "storage/migrations.hpp"
#include "storage/sql.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace tricircle::storage {
namespace {

using Clock = std::chrono::steady_clock;

// Of a turn that has not moved: whoever had it is dead, or at a statement that takes long. If it lives after all, it
// finds its turn taken when it notes that statement, and stops.
constexpr std::chrono::seconds kTurn{30};
constexpr std::chrono::milliseconds kLook{50};

// One row. `beat` moves with each statement; `version` is the migration under way, `done` how many of its statements
// are. No lock excludes other nodes of a Galera cluster: a changed row does.
constexpr char kTurnTable[] =
    "CREATE TABLE IF NOT EXISTS schema_upgrade (id BIGINT NOT NULL PRIMARY KEY, holder VARCHAR(36) NOT NULL, beat "
    "BIGINT "
    "NOT NULL, version BIGINT NOT NULL, done BIGINT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_nopad_bin";

struct LostTurn {};

bool is_ddl(const std::string& statement) {
  return !statement.starts_with("INSERT ") && !statement.starts_with("UPDATE ") && !statement.starts_with("DELETE ");
}

class Steps {
 public:
  explicit Steps(Database& store) : store_(store) {}

  // Does all that is left, unless it is not our turn, or no longer.
  void go_on() {
    if (!take_turn()) return;
    try {
      const std::span<const Migration> all = migrations();
      for (const Migration& migration : all) {
        if (migration.version > stored_) apply_rest(migration);
      }
      store_.write([&](Connection& db) { note(db, "holder = ''", {}); });
    } catch (const LostTurn&) {
      // Whoever has it goes on.
    }
  }

 private:
  bool take_turn() {
    bool taken = false;
    std::int64_t beat = 0;
    store_.write([&](Connection& db) {
      taken = false;
      const Result found = db.execute("SELECT holder, beat, version, done FROM schema_upgrade WHERE id = 1");
      beat = found.front().integer("beat");
      const bool free = found.front().text("holder").empty();
      if (!free && !has_stood(beat)) return;
      taken = db.execute("UPDATE schema_upgrade SET holder = ?, beat = beat + 1 WHERE id = 1 AND beat = ?", {me_, beat})
                  .affected() == 1;
      version_ = found.front().integer("version");
      done_ = found.front().integer("done");
      stored_ = stored_version(db);
    });
    if (!taken) std::this_thread::sleep_for(kLook);
    return taken;
  }

  bool has_stood(std::int64_t beat) {
    if (beat != seen_) {
      seen_ = beat;
      seen_at_ = Clock::now();
    }
    return Clock::now() - seen_at_ > kTurn;
  }

  void apply_rest(const Migration& migration) {
    const std::vector<std::string> statements = statements_of(migration, Dialect::mariadb);
    if (version_ != migration.version) done_ = 0;
    // The first one that is not noted may have been done.
    for (bool repeated = true; done_ < static_cast<std::int64_t>(statements.size()); repeated = false)
      run(migration, statements[static_cast<std::size_t>(done_)], repeated);
    store_.write([&](Connection& db) {
      note(db, "version = ?, done = 0", {std::int64_t{migration.version + 1}});
      note_version(db, migration);
    });
    version_ = migration.version + 1;
    done_ = 0;
  }

  void run(const Migration& migration, const std::string& statement, bool repeated) {
    if (is_ddl(statement)) {
      store_.write([&](Connection& db) {
        const bool again = std::exchange(repeated, true);
        try {
          db.execute(statement);
        } catch (const SchemaAsWanted&) {
          if (!again) throw;
        }
      });
    }
    store_.write([&](Connection& db) {
      note(db, "version = ?, done = ?", {std::int64_t{migration.version}, done_ + 1});
      if (!is_ddl(statement)) db.execute(statement);
    });
    version_ = migration.version;
    ++done_;
  }

  // In the transaction of what it tells of, and before it.
  void note(Connection& db, const std::string& what, std::vector<Value> values) const {
    values.emplace_back(me_);
    const std::string sql = "UPDATE schema_upgrade SET beat = beat + 1, " + what + " WHERE id = 1 AND holder = ?";
    if (db.execute(sql, values).affected() != 1) throw LostTurn();
  }

  Database& store_;
  const std::string me_ = base::new_uuid();
  std::int64_t seen_ = -1;
  Clock::time_point seen_at_;
  std::int64_t stored_ = 0;
  std::int64_t version_ = 0;
  std::int64_t done_ = 0;
};

void make_tables(Database& store) {
  store.write([](Connection& db) {
    if (has_table(db, "schema_version") && has_table(db, "schema_upgrade")) return;
    db.execute(versions_table(Dialect::mariadb));
    db.execute(kTurnTable);
  });
  store.write([](Connection& db) {
    insert_if_absent(db, "schema_upgrade",
                     {{"id", std::int64_t{1}},
                      {"holder", ""},
                      {"beat", std::int64_t{0}},
                      {"version", std::int64_t{0}},
                      {"done", std::int64_t{0}}});
  });
}

}  // namespace

void upgrade_in_steps(Database& store) {
  int version = schema_version(store);
  if (version < known_schema_version()) make_tables(store);
  for (Steps steps(store); version < known_schema_version(); version = schema_version(store)) steps.go_on();
  store.write([](Connection& db) { refuse_unfit(db); });
}

}  // namespace tricircle::storage
