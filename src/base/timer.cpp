#include "base/timer.hpp"

#include <boost/asio/redirect_error.hpp>

namespace tricircle::base {

namespace asio = boost::asio;

Timer::Timer(Runtime& runtime) : runtime_(runtime), state_(std::make_shared<State>(runtime.executor())) {}

Awaitable<void> Timer::wait(Micros micros) {
  const std::shared_ptr<State> state = state_;
  const std::uint64_t mine = ++state->begun;
  Simulation* simulation = runtime_.simulation();
  if (simulation == nullptr) {
    state->timer.expires_after(std::chrono::microseconds(micros));
  } else {
    state->timer.expires_at(asio::steady_timer::time_point::max());
    simulation->later(micros, [weak = std::weak_ptr(state), mine] {
      const std::shared_ptr<State> waiting = weak.lock();
      if (waiting && waiting->begun == mine) waiting->timer.cancel();
    });
  }
  return until_cancelled(state);
}

Awaitable<void> Timer::wait_for_cancel() {
  ++state_->begun;
  state_->timer.expires_at(asio::steady_timer::time_point::max());
  return until_cancelled(state_);
}

void Timer::cancel() {
  state_->timer.cancel();
}

Awaitable<void> Timer::until_cancelled(std::shared_ptr<State> state) {
  boost::system::error_code cancelled;
  co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

}  // namespace tricircle::base
