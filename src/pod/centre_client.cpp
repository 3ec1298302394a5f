#include "pod/centre_client.hpp"

#include <boost/json/serialize.hpp>

namespace tricircle::pod {

void CentreClient::send(const std::string& method, const std::string& path, const boost::json::object& body,
                        std::function<void(remote::Answer)> done) {
  client_.send(request(method, path, body),
               [done = std::move(done)](http::OutResponse response) { done(remote::answer_of(std::move(response))); });
}

base::Awaitable<remote::Answer> CentreClient::async_send(std::string method, std::string path,
                                                         boost::json::object body) {
  http::OutResponse response = co_await client_.async_send(request(method, path, body));
  co_return remote::answer_of(std::move(response));
}

http::OutRequest CentreClient::request(const std::string& method, const std::string& path,
                                       const boost::json::object& body) const {
  http::OutRequest request;
  request.method = method;
  request.url = url_ + path;
  request.ca_file = ca_file_;
  request.headers = {{"x-project-id", "service"},
                     {"x-user-id", "tricircle-pod"},
                     {"x-roles", "admin,service"},
                     {"user-agent", "tricircle-pod"}};
  if (!body.empty()) {
    request.headers["content-type"] = "application/json";
    request.body = boost::json::serialize(body);
  }
  request.timeout_ms = 10'000;
  return request;
}

base::Error refusal_of(const remote::Answer& answer) {
  using base::ErrorKind;
  ErrorKind kind = ErrorKind::unavailable;
  if (answer.is(400)) kind = ErrorKind::bad_request;
  if (answer.is(403)) kind = ErrorKind::forbidden;
  if (answer.is(404)) kind = ErrorKind::not_found;
  if (answer.is(409)) kind = ErrorKind::conflict;
  if (kind == ErrorKind::unavailable)
    return {kind, "CentreUnavailable", "The central Neutron does not answer: " + answer.words};
  return {kind, answer.error_type, answer.words};
}

}  // namespace tricircle::pod
