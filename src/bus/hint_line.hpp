// Hints between machines: a message without content to whoever listens on the same broker. Rows are the truth; a lost
// hint costs one poll interval, and so does a broker that is away. Owned by app; send() may be called from any thread
// and never blocks or throws.
#pragma once
#include "bus/line.hpp"

#include <atomic>
#include <functional>
#include <string>

namespace tricircle::bus {

class HintLine {
 public:
  explicit HintLine(const Broker&);

  // `heard` is called on the line's thread, for hints of this process too, and after each new connection, as hints may
  // have been lost. Empty: this process only sends. What was sent before goes out then.
  void start(std::function<void()> heard);
  void stop() { line_.stop(); }
  void send();  // many at once become one

 private:
  void connected(Session&);
  void work(Session&);

  std::function<void()> heard_;  // the line's thread's, once it runs
  std::atomic<bool> to_send_ = false;
  Line line_;  // the last, so that its thread ends first
};

}  // namespace tricircle::bus
