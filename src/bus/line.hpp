// A connection to a broker for as long as there is a broker: one thread that connects to its hosts in turn, does its
// duty whenever there may be something to do, and connects again when the connection is lost. Owned by whoever has the
// duty; wake() may be called from any thread.
#pragma once
#include "bus/session.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace tricircle::bus {

class Line {
 public:
  // Called on the line's thread. A BusError that they throw ends the connection, and another one is begun.
  struct Duty {
    std::function<void(Session&)> connected;
    std::function<void(Session&)> work;  // after wake(), when something has come, each second, and once at the end
  };

  Line(std::string name, Broker, Duty);  // `name` is for the log
  ~Line();                               // stop()
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void start();
  void stop();
  void wake() const;

 private:
  void run();
  void serve(Session&);
  void wait(int socket, int milliseconds) const;

  const std::string name_;
  const Broker broker_;
  const Duty duty_;
  int wake_ = -1;  // eventfd
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tricircle::bus
