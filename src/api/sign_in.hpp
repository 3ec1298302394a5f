// A token for who gives his password on the page: asked of Keystone in his name, as a browser may not call Keystone
// itself from here. Nothing of it is kept or logged. Owned by app; handle() is for pool threads, waits without one.
#pragma once
#include "http/client.hpp"

#include <string>

namespace tricircle::api {

class SignIn {
 public:
  // `auth_url`, `ca_file` as in [keystone_authtoken].
  SignIn(http::Client& client, std::string auth_url, std::string ca_file)
      : client_(client), auth_url_(std::move(auth_url)), ca_file_(std::move(ca_file)) {}

  // POST {"sign_in": {"user", "password", "project", "user_domain", "project_domain"}}, domains by name. Throws
  // base::Error (bad_request, method_not_allowed); what Keystone says is the answer's.
  http::Reply handle(const http::Request&);

 private:
  http::Client& client_;
  std::string auth_url_;
  std::string ca_file_;
};

}  // namespace tricircle::api
