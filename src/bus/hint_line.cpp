#include "bus/hint_line.hpp"

#include "base/ids.hpp"

namespace tricircle::bus {
namespace {

constexpr char kExchange[] = "tricircle.hints";
constexpr char kKey[] = "work";

// Of this connection alone. Any number of hints say no more than one does.
Subscription own_queue() {
  Subscription subscription;
  subscription.exchange = kExchange;
  subscription.routing_key = kKey;
  subscription.queue = std::string(kExchange) + "." + base::random_hex(12);
  subscription.durable = false;
  subscription.longest = 1;
  return subscription;
}

}  // namespace

HintLine::HintLine(const Broker& broker)
    : line_("hints", broker,
            {[this](Session& session) { connected(session); }, [this](Session& session) { work(session); }}) {}

void HintLine::start(std::function<void()> heard) {
  heard_ = std::move(heard);
  line_.start();
}

void HintLine::send() {
  if (!to_send_.exchange(true)) line_.wake();
}

void HintLine::connected(Session& session) {
  if (!heard_) return;
  session.subscribe(own_queue());
  heard_();
}

void HintLine::work(Session& session) {
  if (to_send_.exchange(false)) session.publish(kExchange, kKey, "");
  bool any = false;
  while (session.take()) any = true;
  if (any && heard_) heard_();
}

}  // namespace tricircle::bus
