// Case 6 for a port: taking a policy off is done in the pods before the centre says so. Holds the lanes of all pods
// where a binding of ours stands, puts null in parallel, and gives the lanes back with the centre's own transaction.
#pragma once
#include "xjob/context.hpp"
#include "xjob/copies.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tricircle::xjob {

struct Release {
  std::string port_id;
  std::vector<engine::Lane> lanes;  // held by this process's worker
  std::vector<std::string> let_go;  // pods where null stands now
  std::string failed_region;        // '' = all pods have let go
  std::string error;
  base::Micros uncertain_until = 0;  // of the pods that failed
  bool recorded = false;             // commit() has run in the transaction of the call
};

// Pods in which the port must be asked to let go; empty = none, the change is the centre's alone.
std::vector<std::string> pods_to_release(storage::Connection&, const std::string& port_id);

class PortReleaser {
 public:
  PortReleaser(Context& context, base::Micros timeout) : context_(context), timeout_(timeout) {}

  // Starts; `done` is called once, on the io thread, with lanes held or a failure (then no lane is held any more).
  void start(std::string port_id, std::function<void(std::shared_ptr<Release>)> done);

  // In the transaction that takes the policy off at the centre. Throws engine::LeaseLost.
  static void commit(storage::Connection&, Release&, std::int64_t intent, base::Micros now);

  // The centre could not go on: the lanes are given back, due at once, so that pods get back what they let go. Any
  // thread; goes on by itself until the store has taken it, for nobody else gives back what a living worker holds.
  void abandon(const Release&);

 private:
  base::Awaitable<void> run(std::shared_ptr<Release> release, std::function<void(std::shared_ptr<Release>)> done);
  base::Awaitable<bool> take_lanes(Release&, base::Micros until);
  base::Awaitable<bool> lanes_given_back(const Release&);
  base::Awaitable<void> give_back_for_certain(Release release);
  base::Awaitable<void> release_in(std::shared_ptr<Release> release, engine::Lane lane,
                                   std::shared_ptr<std::function<void()>> one_ended);

  Context& context_;
  base::Micros timeout_;
};

}  // namespace tricircle::xjob
