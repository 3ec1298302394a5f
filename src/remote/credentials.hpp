// The service identity that pods are called with: a Keystone password, or none (embedded pods without auth). A token is
// fetched once, shared by all calls, renewed before it ends. Coroutines on the runtime's io thread only.
#pragma once
#include "base/clock.hpp"
#include "http/client.hpp"

#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/value.hpp>

namespace tricircle::remote {

struct Credentials {
  std::string auth_url;  // empty = no auth: the headers of a trusted caller are sent instead
  std::string username;
  std::string password;
  std::string project_name;
  std::string user_domain = "default";  // id, or name when user_domain_is_name
  std::string project_domain = "default";
  bool user_domain_is_name = false;
  bool project_domain_is_name = false;
  std::string ca_file;  // vouches for Keystone

  bool operator==(const Credentials&) const = default;
};

std::string tokens_url(std::string auth_url);  // ".../v3/auth/tokens", with or without /v3 given

// POST for a token of theirs. Nothing of it may be logged.
http::OutRequest token_request(const Credentials&);

class Identity {
 public:
  Identity(http::Client&, base::Runtime&, const base::Clock&, Credentials);

  // Headers that make a call ours. The answer's end tells when Keystone could not give a token (`headers` empty).
  struct Headers {
    http::Headers headers;
    std::string error;  // empty = fine
  };
  base::Awaitable<Headers> async_headers();

  // Where Keystone's catalogue, as it is now, says that a region's Neutron is.
  struct Endpoint {
    std::string url;
    std::string error;  // empty = it is there
  };
  base::Awaitable<Endpoint> async_endpoint(std::string region, std::string service_type, std::string interface);

  // Somebody said 401 to it. A newer one, which another call has fetched since, stays.
  void forget_token(const http::Headers& used);
  const std::string& user() const { return credentials_.username; }
  const std::string& ca_file() const { return credentials_.ca_file; }

 private:
  base::Awaitable<std::string> async_fetch();  // words of the error, or ""

  http::Client& client_;
  const base::Clock& clock_;
  Credentials credentials_;
  std::string token_;
  boost::json::value catalog_;    // as it came with the token
  base::Micros token_until_ = 0;  // monotonic
  bool fetching_ = false;
  std::string last_error_;
  boost::asio::steady_timer fetched_;  // those who wait for the one fetch under way
};

}  // namespace tricircle::remote
