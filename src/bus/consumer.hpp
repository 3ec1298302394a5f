// Messages of a broker as long as there is a broker: one thread that connects, hands over what comes, acknowledges what
// is done with, and connects again. Owned by whoever consumes; done() may be called from any thread.
#pragma once
#include "bus/session.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
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
  // Called on the consumer's thread: hand over, don't work there.
  struct Events {
    std::function<void()> connected;  // what was published while the queue was not bound is lost
    std::function<void(Receipt, std::optional<std::string> body)> message;  // none: too large to be read
  };

  Consumer(Broker, Subscription, Events);
  ~Consumer();  // stop()
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  void start();
  void stop();  // what was not acknowledged comes again to the next consumer

  // The message has had its effect: the broker may forget it.
  void done(Receipt);

 private:
  void run();
  void serve(Session&);
  void acknowledge(Session&);
  void wait(int socket, int milliseconds) const;
  void wake() const;

  Broker broker_;
  Subscription subscription_;
  Events events_;
  int wake_ = -1;  // eventfd: an acknowledgement, or the end
  std::atomic<bool> stopping_ = false;
  std::uint64_t connection_ = 0;  // the thread's
  std::mutex mutex_;
  std::vector<Receipt> done_;  // by mutex_
  std::thread thread_;
};

}  // namespace tricircle::bus
