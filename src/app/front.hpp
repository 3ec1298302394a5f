// The front door of a role: sends each request to the API that it is for, serves /healthz, /readyz and /metrics itself,
// and counts what was answered. Owned by a role; plain functions for pool threads.
#pragma once
#include "base/metrics.hpp"
#include "http/server.hpp"

#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace tricircle::app {

struct Front {
  http::Handler neutron;
  http::Handler admin;  // empty: the role has none
  // Lets a request in or throws; empty: everybody is believed.
  std::function<http::Reply(const http::Request&, const http::Handler& next)> door;
  std::function<bool()> ready;  // what /readyz tells
  base::Metrics metrics;

  http::Reply handle(const http::Request&);
  void count(const http::Request&, const http::Response&, std::int64_t micros);

  // A server for it, with the limits and error bodies that all roles share.
  std::unique_ptr<http::Server> serve(base::Runtime&, const std::string& listen);

 private:
  http::Reply serve_api(const http::Request&);
  std::string counted_route(const std::string& path, int status);

  std::mutex mutex_;
  std::set<std::string> routes_;  // where somebody was served
};

}  // namespace tricircle::app
