// Who asks, and by which rules he is judged. Made once a request by an Identify function; plain values, any thread.
#pragma once
#include "access/policy.hpp"
#include "http/message.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace tricircle::api {

using AccessRules = std::shared_ptr<const access::Policy>;

struct Caller {
  access::Credentials credentials;
  AccessRules rules;

  const std::string& project_id() const { return credentials.project_id; }
  bool may(std::string_view action, const access::Target& target = {}) const {
    return rules->allows(action, credentials, target);
  }
  bool admin() const { return may("context_is_admin"); }
  bool service() const { return may("service_api"); }
};

// Throws base::Error (unauthorized, unavailable).
using Identify = std::function<Caller(const http::Request&)>;

AccessRules default_rules();  // Neutron's

// Without auth the caller is what the headers say: X-Project-Id (default "admin"), X-User-Id, X-Roles (comma-separated,
// default "admin"). For loopback only.
Identify caller_from_headers(AccessRules = default_rules());

// The same headers as KeystoneDoor has written them; what is not there is nobody's.
Identify caller_admitted(AccessRules);

}  // namespace tricircle::api
