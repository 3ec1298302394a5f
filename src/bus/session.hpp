// One connection to a message broker with one channel: the whole of the C library is in here.
// Owned and called by one thread. Throws BusError when the broker is not there, does not let us in or goes away.
#pragma once
#include "bus/broker.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace tricircle::bus {

struct BusError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A queue of our own, bound to a topic exchange that is somebody else's or ours: other consumers keep getting
// everything.
struct Subscription {
  std::string exchange;
  std::string routing_key;
  std::string queue;
  bool durable = true;  // false: the queue is this connection's alone and goes with it; nothing is to be acknowledged
  std::uint16_t prefetch = 100;
  std::int32_t longest = 1'000'000;             // messages; beyond it the oldest go
  std::int32_t expires_ms = 7 * 86'400 * 1000;  // without a consumer
};

inline constexpr std::uint64_t kLargestBody = 16 << 20;

struct Received {
  std::uint64_t tag = 0;
  std::optional<std::string> body;  // none: it was larger than kLargestBody, and was thrown away as it came
};

class Session {
 public:
  Session(const Broker&, const BrokerHost&);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The exchange may be gone with a broker's restart (Neutron's is not durable), and the queue's binding with it: both
  // are made where they are missing. At most once.
  void subscribe(const Subscription&);
  // Looks for the exchange first, and makes it, when `exchange` was not seen on this connection before. The broker says
  // nothing to a message: whether anybody got it stays unknown.
  void publish(const std::string& exchange, const std::string& routing_key, const std::string& body);

  std::optional<Received> take();  // what is there whole; never waits. Also keeps the heartbeat
  void acknowledge(std::uint64_t tag);
  int socket() const;  // becomes readable when there may be something to take

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tricircle::bus
