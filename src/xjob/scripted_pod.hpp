// For tests of this room: a pod in memory that takes what it is sent, tells of its networks what the test says, and
// keeps the calls. Before it answers, a test may let something else happen.
#pragma once
#include "http/client.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::xjob {

class ScriptedPod final : public http::Client {
 public:
  // `made_on`: the provider attributes, or the segments, that the network shows.
  void add_network(const std::string& id, boost::json::object made_on) { networks_[id] = std::move(made_on); }
  // What the list of a collection ("networks", "policies") shows, whatever is asked for.
  void show_list(const std::string& collection, boost::json::array objects) { lists_[collection] = std::move(objects); }
  void show_policy(const std::string& id, boost::json::object policy) { policies_[id] = std::move(policy); }
  // The first call that contains `part` is answered so; `before` runs right before the answer.
  void answer_next(const std::string& part, int status, const std::string& type, const std::string& message) {
    scripts_.emplace_back(part, error(status, type, message), nullptr);
  }
  void before_next(const std::string& part, std::function<void()> before) {
    scripts_.emplace_back(part, std::nullopt, std::move(before));
  }

  void send(http::OutRequest request, std::function<void(http::OutResponse)> done) override {
    const std::string whole = request.url.substr(0, request.url.find('?'));
    const std::size_t begin = whole.find("/v2.0");
    const std::string path = begin == std::string::npos ? "/" : whole.substr(begin);
    const std::string call = request.method + " " + path;
    calls.push_back(call);
    for (auto script = scripts_.begin(); script != scripts_.end(); ++script) {
      if (call.find(script->part) == std::string::npos) continue;
      const Script now = *script;
      scripts_.erase(script);
      if (now.before) now.before();
      return done(now.answer ? *now.answer : usual(request, path));
    }
    done(usual(request, path));
  }

  // The calls so far, and from now on anew.
  std::vector<std::string> take_calls() { return std::exchange(calls, {}); }

  std::vector<std::string> calls;

 private:
  struct Script {
    std::string part;
    std::optional<http::OutResponse> answer;
    std::function<void()> before;
    Script(std::string p, std::optional<http::OutResponse> a, std::function<void()> b)
        : part(std::move(p)), answer(std::move(a)), before(std::move(b)) {}
  };

  static http::OutResponse response(int status, const boost::json::object& body) {
    return {http::End::answered, status, {}, boost::json::serialize(body), {}};
  }
  static http::OutResponse error(int status, const std::string& type, const std::string& message) {
    return response(status, {{"NeutronError", {{"type", type}, {"message", message}, {"detail", ""}}}});
  }

  http::OutResponse usual(const http::OutRequest& request, const std::string& path) {
    const std::string last = path.substr(path.rfind('/') + 1);
    if (request.method == "DELETE") return {http::End::answered, 204, {}, {}, {}};
    if (request.method == "GET") {
      if (path == "/") return response(200, {{"versions", boost::json::array{{{"id", "v2.0"}}}}});
      if (const auto list = lists_.find(last); list != lists_.end()) {
        std::string key = last;
        std::ranges::replace(key, '-', '_');  // rule-types are called otherwise in bodies
        return response(200, {{key, list->second}});
      }
      if (const auto policy = policies_.find(last); policy != policies_.end())
        return response(200, {{"policy", policy->second}});
      const bool is_network = path.starts_with("/v2.0/networks/");
      boost::json::object object = is_network ? networks_[last] : boost::json::object();
      object["id"] = last;
      object["revision_number"] = 1;
      object.emplace("qos_policy_id", nullptr);
      return response(200, {{is_network ? "network" : "port", object}});
    }
    if (request.body.empty()) return response(200, {});  // a tag
    boost::json::object body = boost::json::parse(request.body).as_object();
    boost::json::object made = body.begin()->value().as_object();
    made["id"] = "made " + std::to_string(++made_);
    return response(request.method == "POST" ? 201 : 200, {{body.begin()->key(), made}});
  }

  std::map<std::string, boost::json::object> networks_;
  std::map<std::string, boost::json::array> lists_;
  std::map<std::string, boost::json::object> policies_;
  std::vector<Script> scripts_;
  int made_ = 0;
};

}  // namespace tricircle::xjob
