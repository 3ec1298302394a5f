#include "api/sign_in.hpp"

#include "api/admin_support.hpp"
#include "remote/answer.hpp"
#include "remote/credentials.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;

std::string required(const json::object& given, std::string_view name) {
  std::string text = text_field(given, name);
  if (text.empty()) throw admin_error(ErrorKind::bad_request, "Field " + std::string(name) + " must be given.");
  return text;
}

std::string domain(const json::object& given, std::string_view name) {
  std::string text = text_field(given, name);
  return text.empty() ? "Default" : text;
}

http::Response refused(int status, const std::string& words) {
  const char* kind = status == 401 ? "unauthorized" : "serviceUnavailable";
  return json_response(status, json::object{{kind, json::object{{"message", words}, {"code", status}}}});
}

http::Response answer_for(http::OutResponse given) {
  const auto token = given.headers.find("x-subject-token");
  const std::string id = token == given.headers.end() ? std::string() : token->second;
  const remote::Answer answer = remote::answer_of(std::move(given));
  boost::system::error_code missing;
  const json::value* expires = answer.body.find_pointer("/token/expires_at", missing);
  if (answer.is(201) && !id.empty() && expires != nullptr)
    return json_response(201, json::object{{"token", json::object{{"id", id}, {"expires_at", *expires}}}});
  // Anything else, such as 429, says nothing of who it is.
  if (answer.is(400) || answer.is(401) || answer.is(403) || answer.is(404))
    return refused(401, "Keystone does not let you in: user, password, project or domain is wrong.");
  return refused(503, "The Keystone service is temporarily unavailable.");
}

}  // namespace

http::Reply SignIn::handle(const http::Request& request) {
  if (request.method != "POST") throw admin_error(ErrorKind::method_not_allowed, "Only POST is known here.");
  const json::object given = admin_body(request, "sign_in");
  remote::Credentials who;
  who.auth_url = auth_url_;
  who.ca_file = ca_file_;
  who.username = required(given, "user");
  who.password = required(given, "password");
  who.project_name = required(given, "project");
  who.user_domain = domain(given, "user_domain");
  who.project_domain = domain(given, "project_domain");
  who.user_domain_is_name = true;
  who.project_domain_is_name = true;
  auto asked = std::make_shared<http::OutRequest>(remote::token_request(who));
  const auto answer = std::make_shared<http::OutResponse>();
  return http::Pending{[this, asked, answer](const std::function<void()>& done) {
                         client_.send(std::move(*asked), [answer, done](http::OutResponse given_answer) {
                           *answer = std::move(given_answer);
                           done();
                         });
                       },
                       [answer]() -> http::Reply { return answer_for(std::move(*answer)); }};
}

}  // namespace tricircle::api
