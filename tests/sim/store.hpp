// The centre's store as several machines see it: each transaction works on what was committed when it began, and is
// refused at its end (and run again) when another has written one of its rows meanwhile, as on Galera. SQLite in
// memory.
#pragma once
#include "changes.hpp"
#include "storage/database.hpp"
#include "tables.hpp"
#include "world.hpp"

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace tricircle::sim {

class Store final : public storage::Database {
 public:
  Store(World&, bool several);  // several nodes; otherwise one transaction at a time, as SQLite has it

  void read(const Work&) override;
  void write(const Work&) override;

  void look(const Work&);  // at what is committed; nobody's doing

  Changes backup();
  void restore(const Changes& backup);  // while no process lives

  // When that binding's row began to name the policy that it names; 0 = before anything that is still of interest.
  Micros bound_since(const std::string& type, const std::string& central_id, const std::string& pod_id) const;

  std::int64_t refused() const { return refused_; }

 private:
  struct Commit {
    Changes changes;
    std::set<std::string> rows;  // told when somebody first compares with them
  };
  void write_now(const Work&);
  bool write_as_begun(const Work&, std::int64_t begun);  // false: refused, nothing has changed
  void bring_past_to(std::int64_t commit);
  void committed(Changes);
  void note_bindings(const Changes&);

  World& world_;
  bool several_;
  Tables& present_;
  Tables& past_;
  std::int64_t past_at_ = 0;
  std::deque<Commit> between_;                 // what `past_` lacks
  std::map<std::string, Micros> bound_since_;  // by the binding's row
  std::int64_t refused_ = 0;
  std::int64_t other_node_ = 0;
};

// One process's way to the store; it is shut when the process dies.
class Door final : public storage::Database {
 public:
  Door(Store& store, Process& process) : store_(store), process_(process) {}
  void read(const Work&) override;
  void write(const Work&) override;
  void write_later(Work, Done) override;
  void shut() { shut_ = true; }
  void fail_next(int writes) { failures_ = writes; }

 private:
  Store& store_;
  Process& process_;
  bool shut_ = false;
  int failures_ = 0;
};

}  // namespace tricircle::sim
