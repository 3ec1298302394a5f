// A timer of a Runtime's coroutines, real or simulated. Of the io thread; outlived by its Runtime.
#pragma once
#include "base/clock.hpp"
#include "base/runtime.hpp"

#include <memory>

#include <boost/asio/steady_timer.hpp>

namespace tricircle::base {

class Timer {
 public:
  explicit Timer(Runtime&);

  Awaitable<void> wait(Micros);  // for so long, or until cancel()
  Awaitable<void> wait_for_cancel();
  void cancel();  // lets all go who wait now

 private:
  struct State {
    explicit State(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::uint64_t begun = 0;  // waits so far: the end of an earlier one is not this one's
  };
  static Awaitable<void> until_cancelled(std::shared_ptr<State>);

  Runtime& runtime_;
  std::shared_ptr<State> state_;
};

}  // namespace tricircle::base
