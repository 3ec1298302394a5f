#include "bus/line.hpp"

#include "base/log.hpp"
#include "base/metric_names.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace tricircle::bus {
namespace {

constexpr int kFirstPauseMs = 100;
constexpr int kLongestPauseMs = 2'000;
constexpr int kHeartbeatLookMs = 1'000;  // heartbeats are served inside the session's calls only

}  // namespace

Line::Line(std::string name, Broker broker, Duty duty)
    : name_(std::move(name)),
      broker_(std::move(broker)),
      duty_(std::move(duty)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Line::~Line() {
  stop();
  close(wake_);
}

void Line::start() {
  thread_ = std::thread([this] { run(); });
}

void Line::stop() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void Line::run() {
  int pause = kFirstPauseMs;
  for (std::size_t turn = 0; !stopping_; ++turn) {
    try {
      Session session(broker_, broker_.hosts[turn % broker_.hosts.size()]);
      duty_.connected(session);
      pause = kFirstPauseMs;
      base::log::info("broker_connected for={}", name_);
      base::metrics().set(base::metric::kBrokerConnected, {name_}, 1);
      serve(session);
    } catch (const BusError& error) {
      base::metrics().set(base::metric::kBrokerConnected, {name_}, 0);
      base::log::warn("broker_lost for={} error=\"{}\"", name_, error.what());
    }
    if (stopping_) return;
    wait(-1, pause);
    pause = std::min(pause * 2, kLongestPauseMs);
  }
}

void Line::serve(Session& session) {
  while (!stopping_) {
    duty_.work(session);
    wait(session.socket(), kHeartbeatLookMs);
  }
  duty_.work(session);
}

void Line::wait(int socket, int milliseconds) const {
  pollfd watched[] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};  // a negative one is not watched
  poll(watched, 2, milliseconds);
  std::uint64_t woken = 0;
  if ((watched[0].revents & POLLIN) != 0) [[maybe_unused]]
    const auto read_bytes = read(wake_, &woken, sizeof woken);
}

void Line::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

}  // namespace tricircle::bus
