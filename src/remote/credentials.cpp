#include "remote/credentials.hpp"

#include "remote/answer.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

namespace tricircle::remote {
namespace {

namespace json = boost::json;

// Keystone's tokens live an hour or more by default; renewing this often needs no parsing of their end.
constexpr base::Micros kTokenLife = 15 * (60 * base::kSecond);

json::object domain(const std::string& value, bool is_name) {
  return {{is_name ? "name" : "id", value}};
}

http::OutRequest token_request(const Credentials& who) {
  const json::object user{
      {"name", who.username}, {"password", who.password}, {"domain", domain(who.user_domain, who.user_domain_is_name)}};
  const json::object identity{{"methods", json::array{"password"}}, {"password", {{"user", user}}}};
  const json::object project{{"name", who.project_name},
                             {"domain", domain(who.project_domain, who.project_domain_is_name)}};
  const json::object auth{{"identity", identity}, {"scope", {{"project", project}}}};
  http::OutRequest request;
  request.method = "POST";
  request.url = tokens_url(who.auth_url);
  request.headers = {{"content-type", "application/json"}};
  request.body = json::serialize(json::object{{"auth", auth}});
  request.timeout_ms = 10'000;
  request.ca_file = who.ca_file;
  return request;
}

}  // namespace

std::string tokens_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (!url.ends_with("/v3")) url += "/v3";
  return url + "/auth/tokens";
}

Identity::Identity(http::Client& client, base::Runtime& runtime, const base::Clock& clock, Credentials credentials)
    : client_(client), clock_(clock), credentials_(std::move(credentials)), fetched_(runtime.executor()) {}

base::Awaitable<Identity::Headers> Identity::async_headers() {
  Headers result;
  if (credentials_.auth_url.empty()) {
    result.headers = {{"x-project-id", "service"}, {"x-user-id", "tricircle"}, {"x-roles", "admin,service"}};
    co_return result;
  }
  if (token_.empty() || clock_.monotonic() >= token_until_) {
    if (fetching_) {
      boost::system::error_code cancelled;  // the fetch under way ends by cancelling this timer
      co_await fetched_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    } else {
      fetching_ = true;
      fetched_.expires_at(boost::asio::steady_timer::time_point::max());
      last_error_ = co_await async_fetch();
      fetching_ = false;
      fetched_.cancel();
    }
  }
  if (token_.empty()) {
    result.error = last_error_.empty() ? "Keystone gave no token" : last_error_;
  } else {
    result.headers = {{"x-auth-token", token_}};
  }
  co_return result;
}

base::Awaitable<std::string> Identity::async_fetch() {
  http::OutRequest request = token_request(credentials_);
  http::OutResponse response = co_await client_.async_send(std::move(request));
  const auto token = response.headers.find("x-subject-token");
  if (response.end == http::End::answered && response.status == 201 && token != response.headers.end()) {
    token_ = token->second;
    token_until_ = clock_.monotonic() + kTokenLife;
    co_return std::string();
  }
  token_.clear();
  const Answer answer = answer_of(std::move(response));
  co_return "Keystone at " + credentials_.auth_url + " gave no token: " + answer.words;
}

}  // namespace tricircle::remote
