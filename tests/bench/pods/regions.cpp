#include "regions.hpp"

#include "domain/catalogue.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::bench {
namespace {

namespace json = boost::json;

http::Response response_of(int status, const json::value& body) {
  http::Response response;
  response.status = status;
  response.headers["content-type"] = "application/json";
  if (!body.is_null()) response.body = json::serialize(body);
  return response;
}

std::string region_name(int number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return "pod-" + digits;
}

// What a pod is asked for when it joins, and the simulation does not ask.
json::value greeting(const std::string& path) {
  if (path == "/") return {{"versions", {{{"id", "v2.0"}, {"status", "CURRENT"}}}}};
  if (path == "/v2.0/extensions")
    return {{"extensions", {{{"alias", "qos"}}, {{"alias", "standard-attr-tag"}}, {{"alias", "revision-if-match"}}}}};
  const std::string types = "/v2.0/qos/rule-types";
  if (path == types) {
    json::array all;
    for (const domain::RuleType& type : domain::rule_types()) all.push_back(json::object{{"type", type.type}});
    return {{"rule_types", std::move(all)}};
  }
  if (path.starts_with(types + "/"))
    return {{"rule_type", {{"type", path.substr(types.size() + 1)}, {"drivers", json::array()}}}};
  return nullptr;
}

// As XJob has sent it, but for the pod's prefix.
http::OutRequest sent(const http::Request& request, const std::string& path) {
  http::OutRequest out;
  out.method = request.method;
  out.url = "http://pod" + path;
  char mark = '?';
  for (const auto& [name, value] : request.query) {
    out.url += mark + http::percent_encode(name) + "=" + http::percent_encode(value);
    mark = '&';
  }
  out.headers = request.headers;
  out.body = request.body;
  return out;
}

}  // namespace

Regions::Regions(int pods, int networks) {
  for (int number = 1; number <= pods; ++number) {
    const std::string name = region_name(number);
    auto region = std::make_unique<Region>(name, clock_, watcher_);
    for (int i = 0; i < networks; ++i) region->server.objects[region->server.new_id("network")].type = "network";
    regions_.emplace(name, std::move(region));
  }
}

http::Response Regions::handle(const http::Request& request) {
  if (request.path == "/calls") return counted();
  const std::size_t end = std::min(request.path.find('/', 1), request.path.size());
  const auto found = regions_.find(request.path.substr(1, end - 1));
  if (found == regions_.end()) return response_of(404, json::object{{"message", "There is no such pod."}});
  const std::string path = end == request.path.size() ? "/" : request.path.substr(end);
  ++calls_;
  if (request.method != "GET") ++writes_;
  if (const json::value body = greeting(path); !body.is_null()) return response_of(path == "/" ? 300 : 200, body);
  Region& region = *found->second;
  const std::lock_guard guard(region.mutex);
  const sim::PodAnswer answer = region.server.handle(sent(request, path));
  return response_of(answer.status, answer.body);
}

http::Response Regions::counted() const {
  return response_of(200, json::object{{"calls", calls_.load()}, {"writes", writes_.load()}});
}

}  // namespace tricircle::bench
