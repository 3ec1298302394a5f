#include "app/admin_client.hpp"

#include "app/cloud_login.hpp"
#include "app/table_printer.hpp"
#include "base/ids.hpp"

#include <cstdlib>
#include <future>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;

constexpr char kNearby[] = "http://127.0.0.1:9696";

}  // namespace

http::OutResponse answer_to(http::Client& client, http::OutRequest request) {
  std::promise<http::OutResponse> promise;
  client.send(std::move(request), [&](http::OutResponse response) { promise.set_value(std::move(response)); });
  return promise.get_future().get();
}

std::string words_of(const http::OutResponse& response) {
  json::error_code unreadable;
  const json::value body = json::parse(response.body, unreadable);
  if (unreadable || !body.is_object() || body.get_object().empty()) return safe_text(response.body);
  const json::value& inner = body.get_object().begin()->value();
  const json::value* message = inner.is_object() ? inner.get_object().if_contains("message") : nullptr;
  return safe_text(message != nullptr && message->is_string() ? std::string_view(message->get_string())
                                                              : std::string_view(response.body));
}

AdminClient::AdminClient(const ClientOptions& options) : url_(options.url) {
  if (const char* token = std::getenv("OS_TOKEN")) token_ = token;
  if (const char* ca_file = std::getenv("OS_CACERT")) ca_file_ = ca_file;
  if (const std::optional<CloudSettings> cloud = find_cloud(options.cloud)) {
    const auto ca_file = cloud->find("cacert");
    if (ca_file != cloud->end()) ca_file_ = ca_file->second;
    if (token_.empty() || url_.empty()) {
      const SignedIn in = sign_in(client_, *cloud);
      token_ = in.token;
      if (url_.empty() && in.url.empty())
        throw CommandFailed(2, "Keystone's catalogue has no centre there: set OS_REGION_NAME, or give --url.");
      if (url_.empty()) url_ = in.url;
    }
  }
  if (url_.empty()) url_ = kNearby;
}

json::value AdminClient::call(const std::string& method, const std::string& path, const json::value& body) {
  return send(method, "/v1.0" + path, body);
}

json::value AdminClient::neutron(const std::string& method, const std::string& path) {
  return send(method, path, nullptr);
}

json::value AdminClient::send(const std::string& method, const std::string& target, const json::value& body) {
  http::OutRequest request;
  request.method = method;
  request.url = url_ + target;
  request.headers = {{"accept", "application/json"}, {"user-agent", "tricircle-command"}, {"x-roles", "admin"}};
  request.ca_file = ca_file_;
  if (!token_.empty()) request.headers["x-auth-token"] = token_;
  if (!body.is_null()) {
    request.headers["content-type"] = "application/json";
    request.body = json::serialize(body);
  }
  const http::OutResponse response = answer_to(client_, std::move(request));
  if (response.end != http::End::answered) throw CommandFailed(3, url_ + " does not answer: " + response.error);
  if (response.status >= 400) throw CommandFailed(1, words_of(response));
  json::error_code unreadable;
  json::value answer = response.body.empty() ? json::value() : json::parse(response.body, unreadable);
  if (unreadable) throw CommandFailed(1, url_ + " did not answer in JSON");
  return answer;
}

json::array AdminClient::all(const std::string& path, const std::string& key) {
  json::array rows;
  for (std::string page = path; !page.empty();) {
    const json::value answer = call("GET", page);
    for (const json::value& row : answer.at(key).as_array()) rows.push_back(row);
    page.clear();
    if (const json::value* links = answer.as_object().if_contains(key + "_links"))
      page = json::value_to<std::string>(links->at(0).at("href")).substr(std::string_view("/v1.0").size());
  }
  return rows;
}

std::string AdminClient::pod_id(const std::string& id_or_region) {
  const json::value pods = call("GET", "/pods");
  for (const json::value& pod : pods.at("pods").as_array()) {
    for (const char* name : {"pod_id", "region_name"}) {
      if (pod.at(name) == json::value(id_or_region)) return json::value_to<std::string>(pod.at("pod_id"));
    }
  }
  throw CommandFailed(1, "There is no pod " + id_or_region + ".");
}

std::string AdminClient::policy_id(const std::string& id_or_name) {
  if (base::is_uuid(id_or_name)) return id_or_name;
  const json::value found = neutron("GET", "/v2.0/qos/policies?fields=id&name=" + http::percent_encode(id_or_name));
  const json::array& policies = found.at("policies").as_array();
  if (policies.size() > 1) throw CommandFailed(1, "Several policies are called " + id_or_name + ": give the id.");
  if (policies.empty()) throw CommandFailed(1, "There is no policy " + id_or_name + ".");
  return json::value_to<std::string>(policies.front().at("id"));
}

}  // namespace tricircle::app
