// Who asks. Made once a request by an Identify function; plain values, any thread.
#pragma once
#include "http/message.hpp"

#include <functional>
#include <set>
#include <string>

namespace tricircle::api {

struct Caller {
  std::string user_id;
  std::string project_id;
  std::set<std::string> roles;

  bool admin() const { return roles.contains("admin"); }
  bool service() const { return roles.contains("service"); }
};

// Throws base::Error (unauthorized, unavailable).
using Identify = std::function<Caller(const http::Request&)>;

// Without auth the caller is what the headers say: X-Project-Id (default "admin"), X-User-Id, X-Roles (comma-separated,
// default "admin"). For loopback only.
Caller caller_from_headers(const http::Request&);

// The same headers as KeystoneDoor has written them; what is not there is nobody's.
Caller caller_admitted(const http::Request&);

}  // namespace tricircle::api
