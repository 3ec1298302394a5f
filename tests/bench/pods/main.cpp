// Many simulated pods in one process, each answer as late as an answer of a far region. Ends with SIGTERM.
#include "base/error.hpp"
#include "base/log.hpp"
#include "http/server.hpp"
#include "regions.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>

#include <boost/asio/steady_timer.hpp>

namespace tricircle::bench {
namespace {

struct Arguments {
  int pods = 10;
  int networks = 1;
  int latency_ms = 40;
  std::uint16_t port = 0;
};

// Calls `done` after the time, on the io thread; holds no thread meanwhile.
void later(base::Runtime& runtime, int milliseconds, std::function<void()> done) {
  auto timer = std::make_shared<boost::asio::steady_timer>(runtime.io(), std::chrono::milliseconds(milliseconds));
  timer->async_wait([timer, done = std::move(done)](const boost::system::error_code&) { done(); });
}

http::Response refusal(const http::Request& request, const std::exception_ptr& error) {
  http::Response response;
  response.status = 400;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& what) {
    base::log::error("refused method={} path={} error=\"{}\"", request.method, request.path, what.what());
    response.body = what.what();
  }
  return response;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Simulated pods for measurements: pod-0001 is at http://127.0.0.1:PORT/pod-0001");
  app.add_option("--pods", arguments.pods, "How many")->check(CLI::PositiveNumber);
  app.add_option("--networks", arguments.networks, "Networks that each has: pod-0001-network-1, ...");
  app.add_option("--latency-ms", arguments.latency_ms, "How late each answer is");
  app.add_option("--port", arguments.port, "0 = a free one");
  CLI11_PARSE(app, argc, argv);

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before there are threads
  Regions regions(arguments.pods, arguments.networks);
  base::Runtime runtime(2);
  http::ServerOptions options;
  options.port = arguments.port;
  options.idle_timeout = std::chrono::minutes(10);
  options.on_error = refusal;
  http::Server server(runtime, options, [&](const http::Request& request) -> http::Reply {
    if (arguments.latency_ms == 0) return regions.handle(request);
    return http::Pending{[&](std::function<void()> done) {
                           boost::asio::post(runtime.io(), [&, done = std::move(done)]() mutable {
                             later(runtime, arguments.latency_ms, std::move(done));
                           });
                         },
                         [&regions, request]() -> http::Reply { return regions.handle(request); }};
  });
  runtime.start();
  std::printf("ready port=%u\n", server.port());
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&ends, &signal);
  server.stop(1);
  runtime.stop();
  return 0;
}

}  // namespace
}  // namespace tricircle::bench

int main(int argc, char** argv) {
  try {
    tricircle::base::configure_log({});
    return tricircle::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench pods: %s\n", error.what());
    return 2;
  }
}
