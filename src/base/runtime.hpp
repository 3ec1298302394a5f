// The async shell's ground: one io thread for coroutines, a pool of threads for plain functions. Made once in app;
// every server, client and worker of a process shares it. blocking() and ended() are the only bridges between the two
// worlds.
#pragma once
#include "base/simulation.hpp"

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tricircle::base {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

class Runtime {
 public:
  explicit Runtime(std::size_t pool_threads = 16);
  // Without threads: whoever simulates runs io(), and pool functions are things to come.
  explicit Runtime(Simulation&);
  ~Runtime();  // stop() if that has not happened
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  boost::asio::io_context& io() { return io_; }
  boost::asio::any_io_executor executor() { return io_.get_executor(); }
  Simulation* simulation() const { return simulation_; }  // null in a real process

  void start();  // the io thread begins to run
  void stop();   // pending coroutines are dropped, what blocking() and ended() began ends; call from neither

  // Runs `work` on the pool, gives its result or exception back to the awaiting coroutine on the io thread.
  template <typename F>
  Awaitable<std::invoke_result_t<F&>> blocking(F work);

  // For work that tells its end by a call, from whatever thread: `begin` is given that call, which resumes the
  // coroutine on the io thread or throws there.
  using Done = std::function<void(std::exception_ptr)>;
  Awaitable<void> ended(std::function<void(Done)> begin);

  // Runs `work` on the pool, nobody waits. An exception that escapes is logged.
  void post(std::function<void()> work);

  // Starts a coroutine; an exception that escapes is logged with `what`.
  void spawn(std::string what, Awaitable<void> coroutine);

 private:
  void on_pool(std::function<void()> work);
  void on_io(std::function<void()> work);
  std::shared_ptr<void> ticket();
  void resume_all();

  Simulation* simulation_ = nullptr;
  boost::asio::io_context io_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_;
  std::mutex mutex_;
  std::vector<std::function<void()>> to_resume_;  // by mutex_; of the io thread, together: many end at one COMMIT
  std::optional<boost::asio::thread_pool> pool_;
  std::thread thread_;
  struct UnderWay {
    std::mutex mutex;
    std::condition_variable none;
    std::size_t count = 0;
  };
  std::shared_ptr<UnderWay> under_way_ = std::make_shared<UnderWay>();  // what ended() has begun
};

// Gives up the coroutine's turn for `micros` (a timer; cancelled with the coroutine).
Awaitable<void> pause(std::int64_t micros);

template <typename F>
Awaitable<std::invoke_result_t<F&>> Runtime::blocking(F work) {
  using Result = std::invoke_result_t<F&>;
  using Kept = std::conditional_t<std::is_void_v<Result>, char, Result>;
  struct State {
    F work;
    std::optional<Kept> result;
    std::exception_ptr error;
  };
  auto state = std::make_shared<State>(State{std::move(work), std::nullopt, nullptr});
  auto initiate = [this, state](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    on_pool([this, state, shared] {
      try {
        if constexpr (std::is_void_v<Result>) {
          state->work();
          state->result.emplace();
        } else {
          state->result.emplace(state->work());
        }
      } catch (...) {
        state->error = std::current_exception();
      }
      on_io([shared] { std::move (*shared)(); });
    });
  };
  co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(initiate,
                                                                                     boost::asio::use_awaitable);
  if (state->error) std::rethrow_exception(state->error);
  if constexpr (!std::is_void_v<Result>) co_return std::move(*state->result);
}

}  // namespace tricircle::base
