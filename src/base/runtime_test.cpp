#include "base/runtime.hpp"

#include <future>
#include <stdexcept>

#include <gtest/gtest.h>

namespace tricircle::base {
namespace {

class RuntimeTest : public testing::Test {
 protected:
  RuntimeTest() { runtime_.start(); }

  // What a coroutine that awaits `begin` finds.
  std::future<std::string> outcome(std::function<void(Runtime::Done)> begin) {
    auto promise = std::make_shared<std::promise<std::string>>();
    auto future = promise->get_future();
    runtime_.spawn("test", await(std::move(begin), std::move(promise)));
    return future;
  }

  Runtime runtime_{2};

 private:
  Awaitable<void> await(std::function<void(Runtime::Done)> begin, std::shared_ptr<std::promise<std::string>> promise) {
    std::string outcome = "went on";
    try {
      co_await runtime_.ended(std::move(begin));
    } catch (const std::exception& error) {
      outcome = error.what();
    }
    promise->set_value(outcome);
  }
};

TEST_F(RuntimeTest, WhatIsBegunMayEndOnAnyThreadOrAtOnce) {
  EXPECT_EQ(outcome([](const Runtime::Done& done) { done(nullptr); }).get(), "went on");
  std::thread other;
  EXPECT_EQ(outcome([&](const Runtime::Done& done) { other = std::thread([done] { done(nullptr); }); }).get(),
            "went on");
  other.join();
}

TEST_F(RuntimeTest, AFailureIsThrownWhereItIsAwaited) {
  const auto failure = std::make_exception_ptr(std::runtime_error("disk full"));
  EXPECT_EQ(outcome([&](const Runtime::Done& done) { done(failure); }).get(), "disk full");
}

TEST_F(RuntimeTest, AStopWaitsForWhatHasBegun) {
  std::promise<Runtime::Done> begun;
  outcome([&](Runtime::Done done) { begun.set_value(std::move(done)); });
  Runtime::Done done = begun.get_future().get();
  std::future<void> stopped = std::async(std::launch::async, [&] { runtime_.stop(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  done(nullptr);
  done = nullptr;
  stopped.get();
}

TEST_F(RuntimeTest, AStopDoesNotWaitForWhatWasDropped) {
  std::promise<void> begun;
  outcome([&](const Runtime::Done&) { begun.set_value(); });
  begun.get_future().wait();
  runtime_.stop();
}

}  // namespace
}  // namespace tricircle::base
