// The front door of a role: sends each request to the API that it is for, serves /healthz, /readyz and /metrics itself,
// and counts what was answered. Owned by a role; plain functions for pool threads.
#pragma once
#include "api/answers.hpp"
#include "api/keystone_door.hpp"
#include "base/metrics.hpp"
#include "http/server.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace tricircle::app {

// Where a role listens, and how patient it is with who comes.
struct Listening {
  std::string at;  // ADDR:PORT
  std::size_t most_connections = 4096;
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds request_timeout{30'000};
  std::string cert_file;  // '' = plain HTTP
  std::string key_file;

  Listening also_at(std::string other) const;
  std::string url(std::uint16_t port) const;  // of `at` with the port that it came to
};

struct Front {
  http::Handler neutron;
  http::Handler admin;                // empty: the role has none
  http::Handler sign_in;              // POST /v1.0/tokens, before the door; empty: likewise
  api::KeystoneDoor* door = nullptr;  // null: everybody is believed
  api::Answers* answers = nullptr;    // null: none are kept
  std::function<bool()> ready;        // what /readyz tells
  // More for /metrics than this server's own requests: what the process, and the store, have to tell. May be empty.
  std::function<std::string()> more_metrics;

  http::Reply handle(const http::Request&);
  std::optional<http::Response> at_hand(const http::Request&);  // on the io thread, before handle()
  void count(const http::Request&, const http::Response&, std::int64_t micros);

  // A server for it, with the limits and error bodies that all roles share.
  std::unique_ptr<http::Server> serve(base::Runtime&, const Listening&);

 private:
  http::Reply serve_api(const http::Request&);
  std::string counted_route(const std::string& path, int status);

  base::Metrics metrics_;
  std::mutex mutex_;
  std::set<std::string> routes_;  // where somebody was served
};

}  // namespace tricircle::app
