#include "store.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
namespace tricircle::sim {
namespace {

constexpr std::int64_t kFarAway = 1000;

bool meet(const std::set<std::string>& some, const std::set<std::string>& others) {
  for (const std::string& row : some) {
    if (others.contains(row)) return true;
  }
  return false;
}

// Made once a process, for one story after the other, never two at a time.
Tables& empty(const std::string& name) {
  static std::map<std::string, Tables> made;
  Tables& tables = made[name];
  tables.as_made();
  return tables;
}

}  // namespace

Store::Store(World& world, bool several)
    : world_(world), several_(several), present_(empty("present")), past_(empty("past")) {}

Changes Store::backup() {
  return present_.rows();
}

void Store::restore(const Changes& backup) {
  present_.put_back(backup);
  past_.put_back(backup);
  between_.clear();
  bound_since_.clear();
  past_at_ = ++world_.committed;
}

void Store::look(const Work& work) {
  work(present_.db);
}

// Nobody comes between: one thread.
void Store::read(const Work& work) {
  work(present_.db);
  world_.begun_at_commit = world_.committed;  // what it has seen it will not forget
}

void Store::write(const Work& work) {
  if (several_ && world_.begun_at_commit < world_.committed && write_as_begun(work, world_.begun_at_commit)) return;
  write_now(work);
}

void Store::write_now(const Work& work) {
  present_.recorder.start();
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
  const bool meets_another = std::ranges::any_of(between_, [&](Commit& other) {
    if (other.rows.empty()) other.rows = rows_of(other.changes);
    return meet(rows, other.rows);
  });
  if (meets_another || !make_again(present_.db, changes)) {
    ++refused_;
    return false;
  }
  committed(std::move(changes));
  return true;
}

void Store::bring_past_to(std::int64_t commit) {
  past_.db.execute("BEGIN");
  for (; past_at_ < commit; ++past_at_) {
    if (!make(past_.db, between_.front().changes)) throw std::logic_error("the past does not follow the present");
    between_.pop_front();
  }
  past_.db.execute("COMMIT");
}

void Store::committed(Changes changes) {
  if (world_.telling) {
    for (const Change& change : changes) world_.tell("    " + told(change));
  }
  note_bindings(changes);
  if (several_) between_.push_back({std::move(changes), {}});
  ++world_.committed;
  world_.begun_at_commit = world_.committed;
}

void Store::note_bindings(const Changes& changes) {
  for (const Change& change : changes) {
    if (change.table->name != "bindings" || !sets(change, "policy_id")) continue;
    for (const std::string& row : rows_of({change})) bound_since_[row] = world_.now();
  }
}

Micros Store::bound_since(const std::string& type, const std::string& central_id, const std::string& pod_id) const {
  const auto found = bound_since_.find("bindings|" + type + '|' + central_id + '|' + pod_id);
  return found == bound_since_.end() ? 0 : found->second;
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
