#include "app/admin_client.hpp"

#include <cstdlib>
#include <future>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;

// The server's words, out of whichever shape its error has.
std::string words_of(const http::OutResponse& response) {
  json::error_code unreadable;
  const json::value body = json::parse(response.body, unreadable);
  if (unreadable || !body.is_object() || body.get_object().empty()) return response.body;
  const json::value& inner = body.get_object().begin()->value();
  const json::value* message = inner.is_object() ? inner.get_object().if_contains("message") : nullptr;
  return message != nullptr && message->is_string() ? json::value_to<std::string>(*message) : response.body;
}

}  // namespace

json::value AdminClient::call(const std::string& method, const std::string& path, const json::value& body) {
  http::OutRequest request;
  request.method = method;
  request.url = url_ + "/v1.0" + path;
  request.headers = {{"accept", "application/json"}, {"user-agent", "tricircle-command"}, {"x-roles", "admin"}};
  if (const char* token = std::getenv("OS_TOKEN")) request.headers["x-auth-token"] = token;
  if (const char* ca_file = std::getenv("OS_CACERT")) request.ca_file = ca_file;
  if (!body.is_null()) {
    request.headers["content-type"] = "application/json";
    request.body = json::serialize(body);
  }
  std::promise<http::OutResponse> promise;
  client_.send(std::move(request), [&](http::OutResponse response) { promise.set_value(std::move(response)); });
  const http::OutResponse response = promise.get_future().get();
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

}  // namespace tricircle::app
