#include "xjob/waits.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace tricircle::xjob {
namespace {

constexpr base::Micros kEvery = 8 * base::kMillisecond;
constexpr std::size_t kMostWaiting = 1000;

struct Waiting {
  std::string change_id;
  Step seen;
  base::Micros until;
  std::function<void()> done;
};

}  // namespace

struct Waits::State {
  base::Runtime& runtime;
  storage::Database& database;
  const base::Clock& clock;
  std::mutex mutex;
  std::vector<Waiting> waiting;  // by mutex
  bool looking = false;          // by mutex

  // Whose time has come; `steps` = where the changes stand.
  std::vector<std::function<void()>> take(const std::map<std::string, Step>& steps) {
    std::vector<std::function<void()>> over;
    const base::Micros now = clock.monotonic();
    const std::lock_guard lock(mutex);
    std::erase_if(waiting, [&](Waiting& one) {
      const auto step = steps.find(one.change_id);
      const bool goes_on = step != steps.end() && step->second != one.seen;
      if (!goes_on && now < one.until) return false;
      over.push_back(std::move(one.done));
      return true;
    });
    return over;
  }

  std::vector<std::string> changes() {
    const std::lock_guard lock(mutex);
    std::set<std::string> ids;
    for (const Waiting& one : waiting) ids.insert(one.change_id);
    return {ids.begin(), ids.end()};
  }

  bool nobody_waits() {
    const std::lock_guard lock(mutex);
    if (waiting.empty()) looking = false;
    return !looking;
  }
};

Waits::Waits(base::Runtime& runtime, storage::Database& database, const base::Clock& clock)
    : state_(std::make_shared<State>(runtime, database, clock)) {}

bool Waits::until_it_goes_on(const std::string& change_id, const Step& seen, base::Micros until,
                             std::function<void()> done) {
  bool begin = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting.size() >= kMostWaiting) return false;
    state_->waiting.push_back({change_id, seen, until, std::move(done)});
    begin = !std::exchange(state_->looking, true);
  }
  if (begin) state_->runtime.spawn("waits", look(state_));
  return true;
}

base::Awaitable<void> Waits::look(std::shared_ptr<State> state) {
  while (!state->nobody_waits()) {
    std::map<std::string, Step> steps;
    const std::vector<std::string> ids = state->changes();
    try {
      co_await state->runtime.blocking([&] {
        state->database.read([&](storage::Connection& db) {
          steps.clear();
          for (auto& [id, step] : steps_of(db, ids)) steps[id] = step;
        });
      });
    } catch (const std::exception& error) {
      base::log::warn("waits_not_read error=\"{}\"", error.what());  // their own deadlines end them
    }
    for (const std::function<void()>& done : state->take(steps)) done();
    co_await base::pause(kEvery);
  }
}

}  // namespace tricircle::xjob
