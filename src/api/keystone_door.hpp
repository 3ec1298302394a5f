// Who may come in when Keystone says who is who: a request with a good token goes on with its caller in the headers
// X-User-Id, X-Project-Id and X-Roles, whatever the client wrote there. Owned by app; called on pool threads, waits for
// Keystone without holding one. Throws base::Error (unauthorized, forbidden, unavailable).
#pragma once
#include "api/answers.hpp"
#include "api/caller.hpp"
#include "remote/token_check.hpp"

#include <optional>
#include <string>

namespace tricircle::api {

class KeystoneDoor {
 public:
  using Next = http::Handler;

  // `public_url`: Keystone as clients reach it, for WWW-Authenticate.
  KeystoneDoor(remote::TokenCheck& check, std::string public_url) : check_(check), public_url_(std::move(public_url)) {}

  http::Reply admit(const http::Request&, const Next& next);
  // Whose request it is, if its token is remembered and it may come in: for the io thread, asks and throws nothing.
  std::optional<Asker> remembered(const http::Request&);

 private:
  http::Reply judged(const http::Request&, const remote::Verdict&, const Next& next) const;
  http::Reply let_in(const http::Request&, const remote::TokenOwner&, const Next& next) const;

  remote::TokenCheck& check_;
  std::string public_url_;
};

}  // namespace tricircle::api
