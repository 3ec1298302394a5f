#include "measures.hpp"
#include "queue.hpp"

#include <chrono>
#include <csignal>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>

extern char** environ;

namespace tricircle::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(2);
constexpr auto kLongest = std::chrono::seconds(60);

template <typename F>
double seconds_until(Clock::time_point begun, F is_so) {
  while (!is_so()) {
    if (Clock::now() - begun > kLongest) throw std::runtime_error("the jobs are not done after a minute");
    std::this_thread::sleep_for(kLook);
  }
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

Burn checked(storage::Database& store, std::int64_t jobs, int workers, double took) {
  const std::string mistake = mistake_in(store, jobs);
  if (!mistake.empty()) throw std::runtime_error(mistake);
  return {workers, jobs, static_cast<double>(jobs) / took};
}

// A child that ends with this object.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (::posix_spawn(&pid_, "/proc/self/exe", nullptr, nullptr, argv.data(), environ) != 0)
      throw std::runtime_error("cannot start a worker's process");
  }
  ~Child() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_ = -1;
};

}  // namespace

Burn burn_in_one_process(const Store& place, std::int64_t jobs, int workers, const Load& load) {
  std::vector<std::unique_ptr<Node>> nodes;
  for (int i = 0; i < workers; ++i) nodes.push_back(std::make_unique<Node>(place, load));
  const auto begun = Clock::now();
  for (const auto& node : nodes) node->start();
  const double took = seconds_until(begun, [&] {
    std::int64_t done = 0;
    for (const auto& node : nodes) done += node->done();
    return done >= jobs;
  });
  for (const auto& node : nodes) node->stop();
  return checked(nodes.front()->store(), jobs, workers, took);
}

Burn burn_in_processes(const Store& place, std::int64_t jobs, int workers, const Load& load) {
  const auto store = storage::open_database(place.connection);
  double took = 0;
  {
    std::vector<std::unique_ptr<Child>> children;
    const auto begun = Clock::now();
    for (int i = 0; i < workers; ++i)
      children.push_back(std::make_unique<Child>(
          std::vector<std::string>{"engine_bench", "worker", place.connection, place.locks.string(),
                                   std::to_string(load.in_flight), std::to_string(load.in_flight_per_pod)}));
    took = seconds_until(begun, [&] { return all_done(*store); });
  }
  return checked(*store, jobs, workers, took);
}

int serve_as_worker(const Store& place, const Load& load) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before there are threads
  Node node(place, load);
  node.start();
  int signal = 0;
  ::sigwait(&ends, &signal);
  node.stop();
  return 0;
}

}  // namespace tricircle::bench
