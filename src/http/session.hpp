// One connection of a Server: requests one after the other, answers in their order. Runs as a coroutine on the io
// thread.
#pragma once
#include "http/guests.hpp"
#include "http/server.hpp"
#include "http/server_tls.hpp"

#include <atomic>
#include <memory>

#include <boost/asio/ip/tcp.hpp>

namespace tricircle::http {

// What the sessions of a server share.
struct Shop {
  Shop(base::Runtime& runtime_, ServerOptions options_, Handler handler_)
      : runtime(runtime_),
        options(std::move(options_)),
        handler(std::move(handler_)),
        guests(options.held_limit),
        tls(options.cert_file.empty() ? nullptr : server_tls(options.cert_file, options.key_file)) {}
  base::Runtime& runtime;
  ServerOptions options;
  Handler handler;
  std::atomic<bool> closing = false;
  Guests guests;                                         // io thread only
  const std::unique_ptr<boost::asio::ssl::context> tls;  // null: plain HTTP
};

base::Awaitable<void> serve_connection(std::shared_ptr<Shop> shop, boost::asio::ip::tcp::socket socket);

}  // namespace tricircle::http
