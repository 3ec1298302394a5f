// The HTTP client that XJob calls pods with, alone: reads calls from standard input, a line each (METHOD URL [BODY]),
// sends them, so many at a time, and prints as JSON how long the whole and one call took. The bare cost of the same
// calls, without anything of ours around them.
#include "base/log.hpp"
#include "http/client.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <sstream>

namespace tricircle::bench {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

http::OutRequest call_of(const std::string& line) {
  std::istringstream words(line);
  http::OutRequest call;
  words >> call.method >> call.url;
  std::getline(words >> std::ws, call.body);
  call.headers["accept"] = "application/json";
  call.headers["user-agent"] = "tricircle-xjob";
  if (!call.body.empty()) call.headers["content-type"] = "application/json";
  return call;
}

// One round of all calls, never more than `at_a_time` under way.
class Round {
 public:
  Round(http::Client& client, const std::vector<http::OutRequest>& calls, std::size_t at_a_time)
      : client_(client), calls_(calls), at_a_time_(at_a_time) {}

  double run() {  // ms
    const auto begun = Clock::now();
    std::unique_lock guard(mutex_);
    while (ended_ < calls_.size()) {
      while (next_ < calls_.size() && next_ - ended_ < at_a_time_) send(calls_[next_++]);
      changed_.wait(guard);
    }
    return milliseconds_since(begun);
  }

  const std::vector<double>& times() const { return times_; }
  std::size_t failed() const { return failed_; }

 private:
  void send(const http::OutRequest& call) {
    client_.send(call, [this, begun = Clock::now()](const http::OutResponse& response) {
      const std::lock_guard guard(mutex_);
      ++ended_;
      times_.push_back(milliseconds_since(begun));
      if (response.end != http::End::answered || response.status >= 300) ++failed_;
      changed_.notify_one();
    });
  }

  http::Client& client_;
  const std::vector<http::OutRequest>& calls_;
  const std::size_t at_a_time_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0;
  std::size_t ended_ = 0;
  std::size_t failed_ = 0;
  std::vector<double> times_;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

int run(int argc, char** argv) {
  std::size_t at_a_time = 256;
  int rounds = 3;
  CLI::App app("Sends the calls of standard input with XJob's HTTP client, and nothing else");
  app.add_option("--at-a-time", at_a_time, "Calls under way")->check(CLI::PositiveNumber);
  app.add_option("--rounds", rounds, "How often; the first, in which connections are made, does not count");
  CLI11_PARSE(app, argc, argv);
  std::vector<http::OutRequest> calls;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty()) calls.push_back(call_of(line));
  }
  http::CurlClient client;
  std::vector<double> whole;
  std::vector<double> single;
  std::size_t failed = 0;
  for (int i = 0; i <= rounds; ++i) {
    Round round(client, calls, at_a_time);
    const double took = round.run();
    failed += round.failed();
    if (i == 0) continue;
    whole.push_back(took);
    single.push_back(median(round.times()));
  }
  std::printf(R"({"calls": %zu, "at_a_time": %zu, "median_ms": %.3f, "least_ms": %.3f, "call_ms": %.3f, "failed": %zu})"
              "\n",
              calls.size(), at_a_time, median(whole), whole.empty() ? 0 : *std::ranges::min_element(whole),
              median(single), failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tricircle::bench

int main(int argc, char** argv) {
  tricircle::base::configure_log({});
  return tricircle::bench::run(argc, argv);
}
