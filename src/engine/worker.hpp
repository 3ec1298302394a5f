// The engine of one process: claims due lanes, runs them side by side, keeps its heartbeat, ends the leases of dead
// workers, opens and probes circuits. Knows no QoS. Owned by app; coroutines on the runtime's io thread, SQL on its
// pool.
#pragma once
#include "base/clock.hpp"
#include "base/runtime.hpp"
#include "engine/lane.hpp"
#include "storage/database.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace tricircle::engine {

struct Options {
  base::Micros lease = 5 * base::kSecond;  // a heartbeat unmoved for so long = dead
  base::Micros beat = 1 * base::kSecond;
  base::Micros stop_calling = 3 * base::kSecond;  // who could not beat for so long calls no pod
  base::Micros call_deadline = 30 * base::kSecond;
  base::Micros settle = 30 * base::kSecond;
  base::Micros poll = 100 * base::kMillisecond;
  base::Micros first_backoff = 200 * base::kMillisecond;
  base::Micros longest_backoff = 60 * base::kSecond;
  base::Micros first_probe = 1 * base::kSecond;
  base::Micros longest_probe = 4 * base::kSecond;  // with the calls on top, a pod is served within 5 s of its return
  base::Micros longest_retry_after = 600 * base::kSecond;   // a pod that asks to be left alone for longer comes then
  base::Micros job_retention = base::kSecond * 7 * 86'400;  // of jobs that succeeded; 0 = for ever
  base::Micros failed_job_retention = base::kSecond * 30 * 86'400;
  std::size_t in_flight = 1024;  // runs at a time in this process
  std::size_t in_flight_per_pod = 16;
};

// Why a run could not reach the wish; thrown by a run, handled by the worker: the lane comes again.
struct RunFailed : std::runtime_error {
  enum class Why {
    again,       // backoff
    pod_silent,  // no answer: the pod's circuit opens
    held,        // somebody else must act first: longest backoff
    given_back,  // this worker ends: due at once, for another
  };
  RunFailed(Why why_, const std::string& words, base::Micros uncertain_until_ = 0, base::Micros not_before_ = 0)
      : std::runtime_error(words), why(why_), uncertain_until(uncertain_until_), not_before(not_before_) {}
  Why why;
  base::Micros uncertain_until;  // not 0: a write's end was not seen
  base::Micros not_before;       // not 0: the pod asks to be left alone until then
};

class Worker {
 public:
  // Brings the lane's object to its wish and ends with finish() in the transaction of its last record.
  using Run = std::function<base::Awaitable<void>(Lane)>;
  // One harmless call to the pod: true when it answered at all.
  using Probe = std::function<base::Awaitable<bool>(std::string pod_id)>;

  // `lock_folder`: where workers of one machine hold a file lock each, so that the leases of a dead one are ended at
  // once by the next start; empty = none (then only heartbeats tell).
  Worker(base::Runtime&, storage::Database&, const base::Clock&, Options, std::filesystem::path lock_folder);
  ~Worker();  // stop(0)
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  const std::string& id() const;
  const Options& options() const;
  void start(Run, Probe);     // with an empty Run it only beats (a centre without XJob still holds lanes in case 6)
  void hint();                // something may be due: look now rather than at the next poll. Any thread
  std::int64_t life() const;  // to be noted before lanes are taken
  // The heartbeat is fresh, and has been since the lanes were taken; to be asked before each call to a pod.
  bool may_call(std::int64_t life) const;

  // The end, in steps that may each be left out. Any thread but the io thread.
  void stop_claiming();          // runs go on, and so does the heartbeat
  bool idle() const;             // after stop_claiming(): no run is under way
  void cut_short();              // runs end at their next call to a pod, and their lanes are given back, due at once
  void stop(int grace_seconds);  // claims no more, lets runs end, gives the rest back as a dead worker's

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// The circuit of a pod, inside a transaction.
void open_circuit(storage::Connection&, const std::string& pod_id, const std::string& error, base::Micros now,
                  const Options&);
bool circuit_open(storage::Connection&, const std::string& pod_id);

}  // namespace tricircle::engine
