// For tests of this room: one run of a lane at a time, with everything that a run needs and a store that can be
// troubled. No worker claims beside it.
#pragma once
#include "engine/test_worker.hpp"
#include "xjob/context.hpp"
#include "xjob/test_centre.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace tricircle::xjob {

class RunTest : public CentreTest {
 protected:
  RunTest() {
    add_worker("w1");
    runtime_.start();
    worker_.start({}, {});  // it only beats, so that pods may be called
  }
  ~RunTest() override { runtime_.stop(); }

  // Claims the lane, which must be due, and runs it to its end. Throws what the run throws.
  void run(base::Awaitable<void> (*what)(Context&, engine::Lane), const engine::LaneKey& key) {
    const engine::Lane lane = claim_one(key);
    boost::asio::co_spawn(runtime_.io(), what(context_, lane), boost::asio::use_future).get();
  }

  static engine::Options rare_beats() {
    engine::Options options;
    options.beat = 1000 * base::kSecond;
    return options;
  }

  engine::Troubled troubled_{*store_, runtime_};
  base::Runtime runtime_{4};
  http::CurlClient client_;
  remote::Identities identities_{client_, runtime_, clock_, {}};
  engine::Worker worker_{runtime_, troubled_, clock_, rare_beats(), {}};
  Looks looks_{runtime_, troubled_};
  Context context_{runtime_, troubled_, clock_, identities_, worker_, looks_};
};

}  // namespace tricircle::xjob
