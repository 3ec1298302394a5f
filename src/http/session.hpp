// One connection of a Server: requests one after the other, answers in their order. Runs as a coroutine on the io
// thread.
#pragma once
#include "http/server.hpp"

#include <atomic>
#include <memory>
#include <set>

#include <boost/asio/ip/tcp.hpp>

namespace tricircle::http {

// A connection on which no request is under way. A server that stops may end it at once, unless it is fresh: then its
// first request may be on its way, from somebody who can not tell that it was not read. Io thread only.
class IdleConnection {
 public:
  virtual ~IdleConnection() = default;
  virtual bool is_fresh() const = 0;
  virtual void end() = 0;
};

// What the sessions of a server share.
struct Shop {
  Shop(base::Runtime& runtime_, ServerOptions options_, Handler handler_)
      : runtime(runtime_), options(std::move(options_)), handler(std::move(handler_)) {}
  base::Runtime& runtime;
  ServerOptions options;
  Handler handler;
  std::atomic<bool> closing = false;
  std::set<IdleConnection*> idle;  // io thread only
};

base::Awaitable<void> serve_connection(std::shared_ptr<Shop> shop, boost::asio::ip::tcp::socket socket);

}  // namespace tricircle::http
