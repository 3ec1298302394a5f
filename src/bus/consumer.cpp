#include "bus/consumer.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace tricircle::bus {
namespace {

constexpr int kFirstPauseMs = 100;
constexpr int kLongestPauseMs = 2'000;
constexpr int kHeartbeatLookMs = 1'000;  // heartbeats are served inside the session's calls only

}  // namespace

Consumer::Consumer(Broker broker, Subscription subscription, Events events)
    : broker_(std::move(broker)),
      subscription_(std::move(subscription)),
      events_(std::move(events)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Consumer::~Consumer() {
  stop();
  close(wake_);
}

void Consumer::start() {
  thread_ = std::thread([this] { run(); });
}

void Consumer::stop() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void Consumer::done(Receipt receipt) {
  {
    const std::lock_guard lock(mutex_);
    done_.push_back(receipt);
  }
  wake();
}

void Consumer::run() {
  int pause = kFirstPauseMs;
  for (std::size_t turn = 0; !stopping_; ++turn) {
    try {
      Session session(broker_, broker_.hosts[turn % broker_.hosts.size()], subscription_);
      ++connection_;
      pause = kFirstPauseMs;
      base::log::info("broker_connected queue={}", subscription_.queue);
      events_.connected();
      serve(session);
    } catch (const BusError& error) {
      base::log::warn("broker_lost queue={} error=\"{}\"", subscription_.queue, error.what());
    }
    if (stopping_) return;
    wait(-1, pause);
    pause = std::min(pause * 2, kLongestPauseMs);
  }
}

void Consumer::serve(Session& session) {
  while (!stopping_) {
    acknowledge(session);
    while (std::optional<Received> received = session.take())
      events_.message({connection_, received->tag}, std::move(received->body));
    wait(session.socket(), kHeartbeatLookMs);
  }
  acknowledge(session);
}

void Consumer::acknowledge(Session& session) {
  std::vector<Receipt> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (const Receipt& receipt : done) {
    if (receipt.connection == connection_) session.acknowledge(receipt.tag);
  }
}

void Consumer::wait(int socket, int milliseconds) const {
  pollfd watched[] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};  // a negative one is not watched
  poll(watched, 2, milliseconds);
  std::uint64_t woken = 0;
  if ((watched[0].revents & POLLIN) != 0) [[maybe_unused]]
    const auto read_bytes = read(wake_, &woken, sizeof woken);
}

void Consumer::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

}  // namespace tricircle::bus
