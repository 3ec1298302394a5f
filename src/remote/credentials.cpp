#include "remote/credentials.hpp"

#include "remote/answer.hpp"

#include <map>

#include <boost/asio/redirect_error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <boost/system/error_code.hpp>

namespace tricircle::remote {
namespace {

namespace json = boost::json;

// Keystone's tokens live an hour or more by default; renewing this often needs no parsing of their end.
constexpr base::Micros kTokenLife = 15 * (60 * base::kSecond);

json::object domain(const std::string& value, bool is_name) {
  return {{is_name ? "name" : "id", value}};
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

json::value catalog_in(const json::value& body) {
  boost::system::error_code missing;
  const json::value* catalog = body.find_pointer("/token/catalog", missing);
  return catalog == nullptr ? json::value() : *catalog;
}

// Region -> URL of the endpoints of services of this type.
std::map<std::string, std::string> endpoints_of(const json::value& catalog, std::string_view type,
                                                std::string_view interface) {
  std::map<std::string, std::string> found;
  if (!catalog.is_array()) return found;
  for (const json::value& service : catalog.get_array()) {
    if (!service.is_object() || text(service.get_object(), "type") != type) continue;
    const json::value* endpoints = service.get_object().if_contains("endpoints");
    if (endpoints == nullptr || !endpoints->is_array()) continue;
    for (const json::value& endpoint : endpoints->get_array()) {
      if (!endpoint.is_object() || text(endpoint.get_object(), "interface") != interface) continue;
      found[text(endpoint.get_object(), "region")] = text(endpoint.get_object(), "url");
    }
  }
  return found;
}

std::string names_of(const std::map<std::string, std::string>& regions) {
  std::string names;
  for (const auto& [region, url] : regions) names += (names.empty() ? "" : ", ") + region;
  return names.empty() ? "none" : names;
}

}  // namespace

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

base::Awaitable<Identity::Endpoint> Identity::async_endpoint(std::string region, std::string service_type,
                                                             std::string interface) {
  if (credentials_.auth_url.empty())
    co_return Endpoint{"", "there is no Keystone to look it up in ([keystone_authtoken] auth_url); give its URL"};
  token_.clear();  // the catalogue may have changed since
  const Headers headers = co_await async_headers();
  if (!headers.error.empty()) co_return Endpoint{"", headers.error};
  const auto regions = endpoints_of(catalog_, service_type, interface);
  const auto found = regions.find(region);
  if (found != regions.end()) co_return Endpoint{found->second, ""};
  co_return Endpoint{"", "Keystone's catalogue has no " + interface + " endpoint of a service of type " + service_type +
                             " in region " + region + " (regions that have one: " + names_of(regions) + ")"};
}

void Identity::forget_token(const http::Headers& used) {
  const auto token = used.find("x-auth-token");
  if (token != used.end() && token->second == token_) token_.clear();
}

base::Awaitable<std::string> Identity::async_fetch() {
  http::OutRequest request = token_request(credentials_);
  http::OutResponse response = co_await client_.async_send(std::move(request));
  const auto token = response.headers.find("x-subject-token");
  if (response.end == http::End::answered && response.status == 201 && token != response.headers.end()) {
    token_ = token->second;
    token_until_ = clock_.monotonic() + kTokenLife;
    catalog_ = catalog_in(answer_of(std::move(response)).body);
    co_return std::string();
  }
  token_.clear();
  const Answer answer = answer_of(std::move(response));
  co_return "Keystone at " + credentials_.auth_url + " gave no token to user " + credentials_.username + ": " +
      answer.words;
}

}  // namespace tricircle::remote
