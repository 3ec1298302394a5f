#include "bus/consumer.hpp"

namespace tricircle::bus {

Consumer::Consumer(const Broker& broker, Subscription subscription, Events events)
    : subscription_(std::move(subscription)),
      events_(std::move(events)),
      line_("queue:" + subscription_.queue, broker,
            {[this](Session& session) { connected(session); }, [this](Session& session) { work(session); }}) {}

void Consumer::done(Receipt receipt) {
  {
    const std::lock_guard lock(mutex_);
    done_.push_back(receipt);
  }
  line_.wake();
}

void Consumer::connected(Session& session) {
  session.subscribe(subscription_);
  ++connection_;
  events_.connected();
}

void Consumer::work(Session& session) {
  acknowledge(session);
  while (std::optional<Received> received = session.take())
    events_.message({connection_, received->tag}, std::move(received->body));
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

}  // namespace tricircle::bus
