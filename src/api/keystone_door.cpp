#include "api/keystone_door.hpp"

#include "base/error.hpp"

#include <memory>

namespace tricircle::api {
namespace {

using base::Error;
using base::ErrorKind;
using remote::Verdict;

constexpr std::size_t kLongestToken = 16'384;

std::string joined(const std::set<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ",") + role;
  return text;
}

http::Request as_owner(const http::Request& request, const remote::TokenOwner& owner) {
  http::Request admitted = request;
  admitted.headers.erase("x-auth-token");
  admitted.headers["x-user-id"] = owner.user_id;
  admitted.headers["x-project-id"] = owner.project_id;
  admitted.headers["x-roles"] = joined(owner.roles);
  return admitted;
}

}  // namespace

http::Reply KeystoneDoor::admit(const http::Request& request, const Next& next) {
  const std::string token = request.header("x-auth-token");
  // Nothing that cannot be a token is sent on to Keystone.
  if (token.empty() || token.size() > kLongestToken)
    throw Error(ErrorKind::unauthorized, "", "The request you have made requires authentication.", public_url_);
  if (const auto owner = check_.remembered(token)) return let_in(request, *owner, next);
  const auto verdict = std::make_shared<Verdict>();
  // The session keeps the request until it is answered.
  return http::Pending{[this, token, verdict](const std::function<void()>& done) {
                         check_.ask(token, [verdict, done](const Verdict& given) {
                           *verdict = given;
                           done();
                         });
                       },
                       [this, &request, verdict, next] { return judged(request, *verdict, next); }};
}

std::optional<Asker> KeystoneDoor::remembered(const http::Request& request) {
  const auto token = request.headers.find("x-auth-token");
  if (token == request.headers.end()) return std::nullopt;
  const remote::KnownOwner owner = check_.remembered(token->second);
  if (!owner || owner->project_id.empty()) return std::nullopt;
  return Asker{owner->user_id, owner->project_id, joined(owner->roles)};
}

http::Reply KeystoneDoor::judged(const http::Request& request, const Verdict& verdict, const Next& next) const {
  if (verdict.kind == Verdict::Kind::valid) return let_in(request, verdict.owner, next);
  if (verdict.kind == Verdict::Kind::invalid)
    throw Error(ErrorKind::unauthorized, "", "The request you have made requires authentication.", public_url_);
  throw Error(ErrorKind::unavailable, "ServiceUnavailable", "The Keystone service is temporarily unavailable.");
}

http::Reply KeystoneDoor::let_in(const http::Request& request, const remote::TokenOwner& owner,
                                 const Next& next) const {
  if (owner.project_id.empty())
    throw Error(ErrorKind::forbidden, "", "The token is not scoped to a project, as all that is here belongs to one.");
  return next(as_owner(request, owner));
}

}  // namespace tricircle::api
