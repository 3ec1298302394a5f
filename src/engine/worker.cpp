#include "engine/worker.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/metric_names.hpp"
#include "base/timer.hpp"
#include "engine/circuit.hpp"
#include "engine/claim.hpp"
#include "engine/heartbeat.hpp"
#include "engine/retention.hpp"
#include "engine/write.hpp"

#include <condition_variable>
#include <map>

#include <boost/asio/post.hpp>

namespace tricircle::engine {

namespace asio = boost::asio;

class Worker::Impl : public std::enable_shared_from_this<Worker::Impl> {
 public:
  Impl(base::Runtime& runtime, storage::Database& database, const base::Clock& clock, Options options,
       std::filesystem::path lock_folder)
      : runtime_(runtime),
        database_(database),
        clock_(clock),
        options_(options),
        heartbeat_(database, clock, options_, std::move(lock_folder)),
        retention_(database, clock, options_),
        pause_(runtime),
        beat_pause_(runtime) {}

  const std::string& id() const { return heartbeat_.id(); }
  const Options& options() const { return options_; }

  void start(Run run, Probe probe) {
    run_ = std::move(run);
    probe_ = std::move(probe);
    heartbeat_.begin();
    started_ = true;
    runtime_.spawn("heartbeat", beat_for_ever(shared_from_this()));
    if (!run_) return;
    working_ = true;
    runtime_.spawn("worker", work_for_ever(shared_from_this()));
  }

  void hint() {
    if (hinted_.exchange(true)) return;
    asio::post(runtime_.io(), [self = shared_from_this()] { self->pause_.cancel(); });
  }

  void stop_claiming() {
    if (!stopping_.exchange(true)) asio::post(runtime_.io(), [self = shared_from_this()] { self->pause_.cancel(); });
  }

  bool idle() const {
    const std::lock_guard guard(mutex_);
    return in_flight_ == 0 && !working_;
  }

  void cut_short() { cut_short_ = true; }

  void stop(int grace_seconds) {
    if (!started_) return;
    stop_claiming();
    std::unique_lock guard(mutex_);
    idle_.wait_for(guard, std::chrono::seconds(grace_seconds), [this] { return in_flight_ == 0 && !working_; });
    guard.unlock();
    if (ended_.exchange(true)) return;
    asio::post(runtime_.io(), [self = shared_from_this()] { self->beat_pause_.cancel(); });
    try {
      heartbeat_.end();
    } catch (const std::exception& error) {
      base::log::error("worker_not_ended worker={} error=\"{}\"", id(), error.what());
    }
  }

  std::int64_t life() const { return heartbeat_.life(); }
  bool may_call(std::int64_t life) const { return may_work() && life == heartbeat_.life(); }

 private:
  using Self = std::shared_ptr<Impl>;

  bool may_work() const {
    return !cut_short_ && !ended_ && clock_.monotonic() - heartbeat_.last() < options_.stop_calling;
  }

  base::Awaitable<void> beat_for_ever(Self self) {
    base::Micros took = 0;
    while (!ended_) {
      // A beat counts from its beginning, so one that was kept waiting is followed by another at once.
      if (took < options_.beat) co_await beat_pause_.wait(options_.beat);
      if (ended_) break;
      const base::Micros begun = clock_.monotonic();
      co_await runtime_.blocking([this] { quietly("beat", [this] { heartbeat_.beat(); }); });
      took = clock_.monotonic() - begun;
    }
  }

  base::Awaitable<void> work_for_ever(Self self) {
    while (!stopping_) {
      hinted_ = false;
      std::vector<Lane> lanes;
      if (may_work()) lanes = co_await claim_some();
      if (ended_) break;  // what was claimed meanwhile was given back with the heartbeat's end
      if (!lanes.empty()) base::fault_point("claimed");
      for (Lane& lane : lanes) begin_run(std::move(lane));
      if (stopping_ || (!lanes.empty() && !time_to_tend())) continue;
      co_await runtime_.blocking([this] {
        quietly("probes", [this] { begin_probes(); });
        quietly("retention", [this] { retention_.tend(); });
      });
      if (lanes.empty() && !hinted_ && !stopping_) co_await pause_.wait(options_.poll);
    }
    {
      const std::lock_guard guard(mutex_);
      working_ = false;
    }
    idle_.notify_all();
  }

  // Under a steady load as often as without.
  bool time_to_tend() {
    const base::Micros now = clock_.monotonic();
    if (now - tended_ < options_.poll) return false;
    tended_ = now;
    return true;
  }

  // Failures of the store are waited out: the rows are still there at the next poll.
  template <typename F>
  static void quietly(const char* what, F work) {
    try {
      work();
    } catch (const std::exception& error) {
      base::log::error("worker_step_failed step={} error=\"{}\"", what, error.what());
    }
  }

  base::Awaitable<std::vector<Lane>> claim_some() {
    std::vector<Lane> claimed;
    try {
      const base::Micros now = clock_.now();
      std::vector<Candidate> due;
      if (const Room room = free_room(); room.in_all > 0) {
        co_await runtime_.blocking(
            [&] { database_.read([&](storage::Connection& db) { due = due_lanes(db, now, room, claimed_); }); });
      }
      if (due.empty() || stopping_) co_return claimed;
      const std::int64_t life = heartbeat_.life();
      co_await write(runtime_, database_, [&](storage::Connection& db) { claimed = claim(db, due, id(), now); });
      for (Lane& lane : claimed) lane.life = life;
      claimed_ += claimed.size();
      co_return claimed;
    } catch (const std::exception& error) {
      base::log::error("worker_step_failed step=claim error=\"{}\"", error.what());
    }
    co_return std::vector<Lane>{};  // what did not commit is not ours
  }

  Room free_room() {
    const std::lock_guard guard(mutex_);
    return {options_.in_flight > in_flight_ ? options_.in_flight - in_flight_ : 0, options_.in_flight_per_pod,
            per_pod_};
  }

  void begin_run(Lane lane) {
    {
      const std::lock_guard guard(mutex_);
      ++in_flight_;
      ++per_pod_[lane.key.pod_id];
    }
    runtime_.spawn("run", run_one(shared_from_this(), std::move(lane)));
  }

  base::Awaitable<void> run_one(Self self, Lane lane) {
    std::optional<RunFailed> failure;
    std::string_view outcome = "done";
    try {
      co_await run_(lane);
    } catch (const RunFailed& failed) {
      failure = failed;
    } catch (const LeaseLost&) {
      outcome = "lost";
      base::log::warn("run_result_thrown_away pod={} kind={} object={}", lane.key.pod_id, lane.key.kind,
                      lane.key.object_id);
    } catch (const std::exception& error) {
      base::log::error("run_failed pod={} kind={} object={} error=\"{}\"", lane.key.pod_id, lane.key.kind,
                       lane.key.object_id, error.what());
      // It may have written to the pod what it could not record, or not have seen the end of a write: the next run
      // reads before it acts, and there is another look when none of its calls can take effect any more.
      failure.emplace(RunFailed::Why::again, error.what(), clock_.now() + options_.call_deadline + options_.settle);
    }
    // What failed because we end tells nothing of the pod.
    if (failure && cut_short_) failure->why = RunFailed::Why::given_back;
    if (failure) co_await put_back_for_certain(lane, *failure);
    base::metrics().add(base::metric::kRuns, {lane.key.kind, failure ? "again" : outcome});
    end_run(lane);
  }

  // A lane that its living worker does not give back is never run again: a store that fails is waited out.
  base::Awaitable<void> put_back_for_certain(const Lane& lane, const RunFailed& failure) {
    base::log::info("run_postponed pod={} kind={} object={} words=\"{}\"", lane.key.pod_id, lane.key.kind,
                    lane.key.object_id, failure.what());
    while (!co_await put_back_lane(lane, failure)) {
      if (ended_) co_return;  // at a stop the heartbeat's end gives it back
      co_await base::Timer(runtime_).wait(options_.first_backoff);
    }
  }

  // False: the store did not take it.
  base::Awaitable<bool> put_back_lane(const Lane& lane, const RunFailed& failure) {
    base::fault_point("before put back");
    try {
      co_await write(runtime_, database_,
                     [&](storage::Connection& db) { put_back(db, lane, failure, clock_.now(), options_); });
    } catch (const LeaseLost&) {
      base::log::warn("run_result_thrown_away pod={} kind={} object={}", lane.key.pod_id, lane.key.kind,
                      lane.key.object_id);
    } catch (const std::exception& error) {
      base::log::error("worker_step_failed step=put_back error=\"{}\"", error.what());
      co_return false;
    }
    co_return true;
  }

  void end_run(const Lane& lane) {
    {
      const std::lock_guard guard(mutex_);
      --in_flight_;
      if (--per_pod_[lane.key.pod_id] == 0) per_pod_.erase(lane.key.pod_id);
    }
    idle_.notify_all();
    hint();
  }

  void begin_probes() {
    std::vector<DueProbe> due;
    const base::Micros now = clock_.now();
    database_.read([&](storage::Connection& db) { due = due_probes(db, now); });
    for (const DueProbe& probe : due) {
      bool mine = false;
      database_.write([&](storage::Connection& db) { mine = take_probe(db, probe, now, options_); });
      if (mine) {
        asio::post(runtime_.io(), [self = shared_from_this(), pod = probe.pod_id] {
          self->runtime_.spawn("probe", self->probe_one(self, pod));
        });
      }
    }
  }

  base::Awaitable<void> probe_one(Self self, std::string pod) {
    if (!co_await probe_(pod)) co_return;
    base::log::info("pod_answers_again pod={}", pod);
    co_await runtime_.blocking([&] {
      quietly("close_circuit",
              [&] { database_.write([&](storage::Connection& db) { close_circuit(db, pod, clock_.now()); }); });
    });
    hint();
  }

  base::Runtime& runtime_;
  storage::Database& database_;
  const base::Clock& clock_;
  Options options_;
  Heartbeat heartbeat_;
  Retention retention_;
  Run run_;
  Probe probe_;
  bool started_ = false;
  std::atomic<bool> stopping_ = false;   // no more claims
  std::atomic<bool> cut_short_ = false;  // no more calls
  std::atomic<bool> ended_ = false;      // no more lanes
  std::atomic<bool> hinted_ = false;
  base::Timer pause_;
  base::Timer beat_pause_;
  base::Micros tended_ = 0;    // of the loop alone
  std::uint64_t claimed_ = 0;  // of claim_some() alone
  mutable std::mutex mutex_;   // of what follows
  std::condition_variable idle_;
  bool working_ = false;
  std::size_t in_flight_ = 0;
  std::map<std::string, std::size_t> per_pod_;
};

Worker::Worker(base::Runtime& runtime, storage::Database& database, const base::Clock& clock, Options options,
               std::filesystem::path lock_folder)
    : impl_(std::make_shared<Impl>(runtime, database, clock, options, std::move(lock_folder))) {}

Worker::~Worker() {
  stop(0);
}

const std::string& Worker::id() const {
  return impl_->id();
}
const Options& Worker::options() const {
  return impl_->options();
}
void Worker::start(Run run, Probe probe) {
  impl_->start(std::move(run), std::move(probe));
}
void Worker::hint() {
  impl_->hint();
}
void Worker::stop_claiming() {
  impl_->stop_claiming();
}
bool Worker::idle() const {
  return impl_->idle();
}
void Worker::cut_short() {
  impl_->cut_short();
}
void Worker::stop(int grace_seconds) {
  impl_->stop(grace_seconds);
}
std::int64_t Worker::life() const {
  return impl_->life();
}
bool Worker::may_call(std::int64_t life) const {
  return impl_->may_call(life);
}

}  // namespace tricircle::engine
