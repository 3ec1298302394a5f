// Messages of a broker as long as there is a broker: hands over what comes, acknowledges what is done with. Owned by
// whoever consumes; done() may be called from any thread.
#pragma once
#include "bus/line.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tricircle::bus {

// What a message is acknowledged by. After a lost connection the broker sends it again, under another receipt, and the
// old one means nothing.
struct Receipt {
  std::uint64_t connection = 0;
  std::uint64_t tag = 0;
};

class Consumer {
 public:
  // Called on the line's thread: hand over, don't work there.
  struct Events {
    std::function<void()> connected;  // what was published while the queue was not bound is lost
    std::function<void(Receipt, std::optional<std::string> body)> message;  // none: too large to be read
  };

  Consumer(const Broker&, Subscription, Events);

  void start() { line_.start(); }
  void stop() { line_.stop(); }  // what was not acknowledged comes again to the next consumer

  // The message has had its effect: the broker may forget it.
  void done(Receipt);

 private:
  void connected(Session&);
  void work(Session&);
  void acknowledge(Session&);

  const Subscription subscription_;
  const Events events_;
  std::uint64_t connection_ = 0;  // the line's thread's
  std::mutex mutex_;
  std::vector<Receipt> done_;  // by mutex_
  Line line_;                  // the last, so that its thread ends first
};

}  // namespace tricircle::bus
