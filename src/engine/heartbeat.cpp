#include "engine/heartbeat.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"
#include "engine/claim.hpp"
#include "storage/sql.hpp"

#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <unistd.h>

namespace tricircle::engine {

namespace fs = std::filesystem;

Heartbeat::Heartbeat(storage::Database& database, const base::Clock& clock, const Options& options,
                     fs::path lock_folder)
    : database_(database),
      clock_(clock),
      options_(options),
      lock_folder_(std::move(lock_folder)),
      id_(base::new_uuid()) {}

Heartbeat::~Heartbeat() {
  if (lock_ >= 0) ::close(lock_);
}

void Heartbeat::begin() {
  if (!lock_folder_.empty()) {
    fs::create_directories(lock_folder_);
    lock_own_file();
    bury_the_dead_of_this_machine();
  }
  database_.write([this](storage::Connection& db) {
    storage::insert(db, "workers", {{"id", id_}, {"name", std::to_string(::getpid())}, {"beat", std::int64_t{0}}});
  });
  last_ = clock_.monotonic();
}

void Heartbeat::beat() {
  const base::Micros begun = clock_.monotonic();
  bool alive = false;
  database_.write([&](storage::Connection& db) {
    storage::refuse_unfit(db);  // who may not use the store any more beats no more, and so works no more
    alive = db.execute("UPDATE workers SET beat = beat + 1 WHERE id = ?", {id_}).affected() == 1;
    // Declared dead by another: our lanes are gone, their late records will miss. We go on as new.
    if (!alive && !ended_)
      storage::insert(db, "workers", {{"id", id_}, {"name", std::to_string(::getpid())}, {"beat", std::int64_t{0}}});
  });
  if (!alive && ended_) return;
  if (!alive) {
    base::log::warn("worker_was_declared_dead worker={}", id_);
    ++life_;  // before the beat counts: what was begun in the life before calls no pod any more
  }
  last_ = begun;
  watch_others(begun);
}

void Heartbeat::end() {
  ended_ = true;
  database_.write([this](storage::Connection& db) { end_leases(db, id_, clock_.now(), options_); });
  if (lock_ >= 0) fs::remove(lock_folder_ / (id_ + ".lock"));
}

void Heartbeat::lock_own_file() {
  const fs::path file = lock_folder_ / (id_ + ".lock");
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot lock " + file.string());
}

// A lock that is to be had belongs to no living process.
void Heartbeat::bury_the_dead_of_this_machine() {
  for (const fs::directory_entry& entry : fs::directory_iterator(lock_folder_)) {
    const std::string other = entry.path().stem();
    if (other == id_ || entry.path().extension() != ".lock") continue;
    const int file = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) continue;
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) {
      end_leases_of(other);
      fs::remove(entry.path());
    }
    ::close(file);
  }
}

// A store that keeps us waiting keeps the others waiting too, as a Galera cluster does for 6.4 s when a node dies: that
// time says nothing of them.
void Heartbeat::watch_others(base::Micros begun) {
  std::map<std::string, std::int64_t> beats;
  database_.read([&](storage::Connection& db) {
    beats.clear();
    const auto found = db.execute("SELECT id, beat FROM workers WHERE id <> ?", {id_});
    for (const storage::Row& row : found.rows()) beats[row.text("id")] = row.integer("beat");
  });
  std::erase_if(others_, [&](const auto& other) { return !beats.contains(other.first); });
  const base::Micros now = clock_.monotonic();
  for (const auto& [id, beat] : beats) {
    Seen& seen = others_[id];
    seen.since += now - begun;
    if (seen.beat != beat) {
      seen = {beat, now};
    } else if (now - seen.since >= options_.lease) {
      end_leases_of(id);
      others_.erase(id);
    }
  }
}

void Heartbeat::end_leases_of(const std::string& worker) {
  base::log::warn("worker_dead worker={}", worker);
  database_.write([&](storage::Connection& db) { end_leases(db, worker, clock_.now(), options_); });
}

}  // namespace tricircle::engine
