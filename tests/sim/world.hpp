// A virtual clock and what is to come, for any number of simulated processes on one thread. A story that is told again
// with the same seed goes the same way to the microsecond.
#pragma once
#include "base/clock.hpp"
#include "base/runtime.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tricircle::sim {

using base::kMillisecond;
using base::kSecond;
using base::Micros;

class World final : public base::Clock {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  Micros now() const override { return now_; }
  Micros monotonic() const override { return now_; }
  std::int64_t between(std::int64_t low, std::int64_t high);  // both included
  bool chance(int percent) { return between(1, 100) <= percent; }

  // `owner`: the process that it happens in, 0 = the world outside.
  void after(Micros wait, int owner, std::function<void()> what);
  void forget(int owner);               // what was to come in it never comes
  void stall(int owner, Micros until);  // it stands still until then, and knows nothing of it
  bool step();                          // the next thing; false: nothing is to come
  void run_until(Micros when);

  // A process's coroutines run on whenever something has happened in it, those of all when it happened outside.
  void add(int owner, base::Runtime* runtime) { runtimes_.push_back({owner, runtime}); }
  void remove(int owner) {
    std::erase_if(runtimes_, [&](const Running& one) { return one.owner == owner; });
  }

  // How many transactions had been committed when what happens now was begun: Store's.
  std::int64_t committed = 0;
  std::int64_t begun_at_commit = 0;

  bool telling = false;  // each event that is worth a line goes to standard output
  void tell(const std::string& line) const;

 private:
  struct Event {
    int owner;
    std::int64_t commit;
    std::function<void()> what;
  };
  struct Running {
    int owner;
    base::Runtime* runtime;
  };
  void pump(int owner);
  bool outside_ = true;  // something may have happened since the last step

  Micros now_ = 1'700'000'000 * kSecond;
  std::mt19937_64 random_;
  std::uint64_t numbers_ = 0;
  std::map<std::pair<Micros, std::uint64_t>, Event> queue_;
  std::map<int, Micros> stalled_;
  std::vector<Running> runtimes_;
};

// One simulated process as its Runtime sees the world.
class Process final : public base::Simulation {
 public:
  Process(World& world, int id, std::string name) : world_(world), id_(id), name_(std::move(name)) {}

  void later(Micros after, std::function<void()> what) override { world_.after(after, id_, std::move(what)); }
  Micros hop() override;
  int id() const { return id_; }
  const std::string& name() const { return name_; }
  World& world() const { return world_; }

 private:
  World& world_;
  int id_;
  std::string name_;
};

}  // namespace tricircle::sim
