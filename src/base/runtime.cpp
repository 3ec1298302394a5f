#include "base/runtime.hpp"

#include "base/log.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace tricircle::base {

namespace asio = boost::asio;

Runtime::Runtime(std::size_t pool_threads) : guard_(asio::make_work_guard(io_)), pool_(std::in_place, pool_threads) {}

Runtime::Runtime(Simulation& simulation) : simulation_(&simulation) {}

Runtime::~Runtime() {
  stop();
}

void Runtime::start() {
  thread_ = std::thread([this] { io_.run(); });
}

void Runtime::stop() {
  guard_.reset();
  io_.stop();
  if (thread_.joinable()) thread_.join();
  if (!pool_) return;
  pool_->join();  // what waits for a thread is run too: somebody may count on it
  std::unique_lock guard(under_way_->mutex);
  under_way_->none.wait(guard, [this] { return under_way_->count == 0; });
}

// Held by what has begun; given back with its last copy, whether it was ever called or dropped.
std::shared_ptr<void> Runtime::ticket() {
  const std::lock_guard guard(under_way_->mutex);
  ++under_way_->count;
  return {nullptr, [under_way = under_way_](std::nullptr_t) {
            const std::lock_guard guard(under_way->mutex);
            if (--under_way->count == 0) under_way->none.notify_all();
          }};
}

Awaitable<void> Runtime::ended(std::function<void(Done)> begin) {
  std::exception_ptr failure;
  auto initiate = [&](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    begin([this, ticket = ticket(), shared = std::move(shared), &failure](std::exception_ptr error) {
      on_io([shared, &failure, error = std::move(error)]() mutable {
        failure = std::move(error);
        std::move (*shared)();
      });
    });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(initiate, asio::use_awaitable);
  if (failure) std::rethrow_exception(std::move(failure));
}

void Runtime::post(std::function<void()> work) {
  on_pool([work = std::move(work)] {
    try {
      work();
    } catch (const std::exception& error) {
      log::error("pool_work_failed error=\"{}\"", error.what());
    }
  });
}

void Runtime::spawn(std::string what, Awaitable<void> coroutine) {
  asio::co_spawn(io_, std::move(coroutine), [what = std::move(what)](const std::exception_ptr& error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& caught) {
      log::error("coroutine_failed what={} error=\"{}\"", what, caught.what());
    }
  });
}

void Runtime::on_pool(std::function<void()> work) {
  if (simulation_ != nullptr) return simulation_->later(simulation_->hop(), std::move(work));
  asio::post(*pool_, std::move(work));
}

void Runtime::on_io(std::function<void()> work) {
  if (simulation_ == nullptr) {
    bool first = false;
    {
      const std::lock_guard guard(mutex_);
      first = to_resume_.empty();
      to_resume_.push_back(std::move(work));
    }
    if (first) asio::post(io_, [this] { resume_all(); });
    return;
  }
  simulation_->later(simulation_->hop(),
                     [this, work = std::move(work)]() mutable { asio::post(io_, std::move(work)); });
}

void Runtime::resume_all() {
  std::vector<std::function<void()>> all;
  {
    const std::lock_guard guard(mutex_);
    all.swap(to_resume_);
  }
  for (std::function<void()>& one : all) std::exchange(one, nullptr)();
}

Awaitable<void> pause(std::int64_t micros) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::microseconds(micros));
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace tricircle::base
