// An HTTP/1.1 server: listener and sessions on the runtime's io thread, handlers on its pool. Made and stopped by app.
#pragma once
#include "base/runtime.hpp"
#include "http/message.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace tricircle::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;               // 0 = a free one
  std::size_t body_limit = 1 << 20;     // bytes; larger: 413 and the connection ends
  std::size_t header_limit = 64 << 10;  // bytes; larger: 431
  std::size_t held_limit = 256 << 20;   // bytes of requests and answers that wait for slow clients, of all together
  std::size_t most_connections = 4096;  // more: those go that have waited longest for their clients
  std::chrono::milliseconds idle_timeout{60'000};  // how long a kept connection may be silent
  // From a request's first byte to its last; also until an answer is taken.
  std::chrono::milliseconds request_timeout{30'000};
  // TLS, with these in PEM form; '' = plain HTTP. key_file '' = the key stands in the certificate's file.
  std::string cert_file;
  std::string key_file;
  // An answer that is at hand: asked on the io thread, before the handler, so it may neither wait nor throw. May be
  // empty.
  std::function<std::optional<Response>(const Request&)> at_hand;
  // Renders what a handler threw, and what the server itself refuses (413, 431, malformed: as base::Error).
  std::function<Response(const Request&, const std::exception_ptr&)> on_error;
  std::function<void(const Request&, const Response&, std::int64_t micros)>
      on_answered;  // access log, metrics; may be empty
};

class Server {
 public:
  // Listens at once (throws base::Error: unavailable when it cannot, unprocessable for bad TLS files), serves from the
  // moment the runtime runs.
  Server(base::Runtime&, ServerOptions, Handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // Accepts no more, lets requests under way end for at most `grace_seconds`, closes. Not from the io thread.
  void stop(int grace_seconds = 5);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tricircle::http
