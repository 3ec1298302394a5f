// For tests of this room: one run of a lane against a pod in memory. No worker claims beside it.
#pragma once
#include "xjob/scripted_pod.hpp"
#include "xjob/test_run.hpp"

namespace tricircle::xjob {

class ScriptedRunTest : public RunTest {
 protected:
  // As RunTest's run(), in the sight of `pod_`.
  void run_scripted(base::Awaitable<void> (*what)(Context&, engine::Lane), const engine::LaneKey& key) {
    const engine::Lane lane = claim_one(key);
    boost::asio::co_spawn(runtime_.io(), what(scripted_, lane), boost::asio::use_future).get();
  }
  // What the run throws, which must be a failure.
  engine::RunFailed failure_of(base::Awaitable<void> (*what)(Context&, engine::Lane), const engine::LaneKey& key) {
    try {
      run_scripted(what, key);
    } catch (const engine::RunFailed& failed) {
      return failed;
    }
    ADD_FAILURE() << "it did not fail";
    return {engine::RunFailed::Why::again, ""};
  }

  ScriptedPod pod_;
  remote::Identities to_pod_{pod_, runtime_, clock_, {}};
  Context scripted_{runtime_, troubled_, clock_, to_pod_, worker_, looks_};
};

}  // namespace tricircle::xjob
