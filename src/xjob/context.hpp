// What every run of XJob needs, and the small steps that they share. Made by Service, outlives all runs.
#pragma once
#include "base/clock.hpp"
#include "base/runtime.hpp"
#include "engine/worker.hpp"
#include "engine/write.hpp"
#include "remote/identities.hpp"
#include "storage/database.hpp"
#include "xjob/looks.hpp"

#include <functional>
#include <string>

namespace tricircle::xjob {

// How pods are looked after when nobody wishes anything. [xjob] options of the same names, in seconds there.
struct Upkeep {
  base::Micros audit_interval = 300 * base::kSecond;            // of a pod; 0 = on demand only
  base::Micros audit_pause = 100 * base::kMillisecond;          // between two pages of one
  base::Micros unused_copy_grace = base::kSecond * 24 * 3'600;  // 0 = such copies stay
};

struct Context {
  base::Runtime& runtime;
  storage::Database& database;
  const base::Clock& clock;
  remote::Identities& identities;
  engine::Worker& worker;
  Looks& looks;
  std::int64_t life = 0;  // of the worker, when it took what this run holds
  Upkeep upkeep = {};
  std::string trace = {};  // traceparent that its calls are made under; '' = none

  // The same for one run.
  Context of_run(const engine::Lane& lane) const {
    Context mine = *this;
    mine.life = lane.life;
    mine.trace = lane.trace;
    return mine;
  }

  // Plain functions of a run: read on the pool, written by the store's writer.
  template <typename F>
  auto read(F work) -> base::Awaitable<std::invoke_result_t<F&, storage::Connection&>>;
  template <typename F>
  base::Awaitable<void> write(F work);

  // A short read, together with those of other runs that come at the same time.
  template <typename F>
  auto look(F work) -> base::Awaitable<std::invoke_result_t<F&, Snapshot&>>;

  // Calls end within `longest`, and in any case within call_deadline, on which uncertain_until() rests. None is sent,
  // and RunFailed thrown, when this worker's heartbeat has stopped, or had: it may have lost its lanes.
  remote::PodNeutron neutron(const remote::PodAddress&) const;
  remote::PodNeutron neutron(const remote::PodAddress&, base::Micros longest) const;

  // Ends the run when the answer says nothing about the wish: no answer (silent pod; `wrote` makes the lane uncertain),
  // or one that another try may change (401, 403, 408, 429, 5xx but 501, and any error that is not Neutron's own word;
  // of 429 and 503 Retry-After is heeded). Throws engine::RunFailed.
  void check_answer(const remote::Answer&, bool wrote) const;

  // A look has failed that was to tell what the pod has, as it had answered a write unexpectedly (412, a conflict):
  // that may have been the answer to the second delivery of a write that was carried out the first time.
  engine::RunFailed as_unseen_write(const engine::RunFailed&) const;

  // Until when a write sent now and not seen to its end may still take effect.
  base::Micros uncertain_until() const;
};

template <typename F>
auto Context::read(F work) -> base::Awaitable<std::invoke_result_t<F&, storage::Connection&>> {
  using Result = std::invoke_result_t<F&, storage::Connection&>;
  co_return co_await runtime.blocking([this, work = std::move(work)]() mutable {
    std::optional<Result> result;
    database.read([&](storage::Connection& db) { result.emplace(work(db)); });
    return std::move(*result);
  });
}

template <typename F>
auto Context::look(F work) -> base::Awaitable<std::invoke_result_t<F&, Snapshot&>> {
  std::optional<std::invoke_result_t<F&, Snapshot&>> result;
  co_await looks.look([&](Snapshot& now) { result.emplace(work(now)); });
  co_return std::move(*result);
}

template <typename F>
base::Awaitable<void> Context::write(F work) {
  co_await engine::write(runtime, database, std::move(work));
}

}  // namespace tricircle::xjob
