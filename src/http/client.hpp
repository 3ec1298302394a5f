// An HTTP client for many servers, and the one that is used: libcurl multi on one thread of its own, kept connections.
// Shared by all rooms of a process; send() may be called from any thread and never throws for what the network does.
#pragma once
#include "base/runtime.hpp"
#include "http/message.hpp"

#include <functional>
#include <memory>
#include <string>

namespace tricircle::http {

struct OutRequest {
  std::string method = "GET";
  std::string url;  // absolute, percent-encoded
  Headers headers;
  std::string body;
  std::int64_t timeout_ms = 30'000;  // whole call
  std::int64_t connect_timeout_ms = 5'000;
  std::size_t body_limit = 16 << 20;  // of the answer; larger counts as `unseen`
  std::string ca_file;                // empty = the system's
};

// What is known of the call's end.
enum class End {
  answered,  // status, headers and body are complete
  not_sent,  // certainly never reached the server's application: refused, no name, no TLS; safe to repeat
  unseen,    // sent, at least in part, and no whole answer: it may or may not have been carried out
};

struct OutResponse {
  End end = End::not_sent;
  int status = 0;
  Headers headers;
  std::string body;
  std::string error;  // words for people when not answered
};

class Client {
 public:
  virtual ~Client() = default;

  // `done` is called once, on the client's thread: hand over, don't work there.
  virtual void send(OutRequest, std::function<void(OutResponse)> done) = 0;

  // The same for a coroutine; resumes on the coroutine's executor.
  base::Awaitable<OutResponse> async_send(OutRequest);
};

class CurlClient final : public Client {
 public:
  CurlClient();
  ~CurlClient() override;  // calls under way end as `unseen`
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  void send(OutRequest, std::function<void(OutResponse)> done) override;

  // The process ends: calls under way end as `unseen`, no other is sent. Any thread.
  void abandon();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tricircle::http
