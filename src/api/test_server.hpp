// For tests of this room: a Neutron over a store in memory, called without sockets, and a plugin that writes down what
// it is told.
#pragma once
#include "api/neutron.hpp"
#include "base/error.hpp"
#include "storage/test_store.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace tricircle::api {

class RecordingPlugin : public Plugin {
 public:
  bool knows_pods() const override { return all_pods; }
  void missing(storage::Connection&, Call&, const domain::Resource& resource, const std::string& id) override {
    note("missing " + std::string(resource.name) + " " + id);
    if (on_missing) on_missing(id);
  }
  void before_create(storage::Connection&, Call&, const domain::Resource&, domain::Record& wanted) override {
    if (on_create) on_create(wanted);
  }
  bool takes_over(storage::Connection&, Call&, Verb, const domain::Resource&, const domain::Record&,
                  const domain::Record*) override {
    return take_over;
  }
  void changed(storage::Connection&, Call& call, const Change& change) override {
    static constexpr const char* kVerbs[] = {"created", "updated", "deleted"};
    note(std::string(kVerbs[static_cast<int>(change.verb)]) + " " + std::string(change.resource.name) + " of " +
         change.project_id);
    if (change.before != nullptr) before = *change.before;
    if (change.after != nullptr) after = *change.after;
    if (on_changed) on_changed(call);
  }
  void committed(Call&) override { note("committed"); }
  void failed(Call&) noexcept override { note("failed"); }

  void note(const std::string& what) {
    const std::lock_guard guard(mutex_);
    notes.push_back(what);
  }

  std::vector<std::string> notes;
  domain::Record before;
  domain::Record after;
  bool take_over = false;
  bool all_pods = false;
  std::function<void(const std::string&)> on_missing;
  std::function<void(domain::Record&)> on_create;
  std::function<void(Call&)> on_changed;

 private:
  std::mutex mutex_;
};

struct Answer {
  int status = 0;
  boost::json::value body;
  http::Headers headers;

  std::string type() const { return std::string(body.at("NeutronError").at("type").as_string()); }
  std::string message() const { return std::string(body.at("NeutronError").at("message").as_string()); }
  // The id of the one object in the body.
  std::string id() const { return std::string(body.as_object().begin()->value().at("id").as_string()); }
};

// As the server does it: errors become responses, pending replies are waited for.
inline Answer finished(const http::Request& request, const std::function<http::Reply()>& begin) {
  http::Response response;
  try {
    http::Reply reply = begin();
    while (auto* pending = std::get_if<http::Pending>(&reply)) {
      bool done = false;
      pending->start([&done] { done = true; });
      EXPECT_TRUE(done);
      http::Reply next = pending->then();
      reply = std::move(next);
    }
    response = std::get<http::Response>(std::move(reply));
  } catch (...) {
    response = error_response(request, std::current_exception());
  }
  return {response.status, response.body.empty() ? boost::json::value() : boost::json::parse(response.body),
          response.headers};
}

class NeutronTest : public testing::Test {
 protected:
  explicit NeutronTest(QuotaDefaults limits = {}) : quotas(limits) { storage::upgrade(*db); }

  Answer call(const std::string& method, const std::string& target, const std::string& body = {},
              http::Headers headers = {}) {
    const std::size_t question = target.find('?');
    http::Request request;
    request.method = method;
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = http::parse_query(target.substr(question + 1));
    request.headers = std::move(headers);
    request.headers.emplace("host", "centre:9696");
    request.body = body;
    request.id = "req-test";
    return finished(request, [&] { return neutron.handle(request); });
  }

  Answer get(const std::string& target, http::Headers headers = {}) { return call("GET", target, {}, headers); }
  Answer post(const std::string& target, const std::string& body, http::Headers headers = {}) {
    return call("POST", target, body, headers);
  }
  Answer put(const std::string& target, const std::string& body, http::Headers headers = {}) {
    return call("PUT", target, body, headers);
  }
  Answer remove(const std::string& target, http::Headers headers = {}) { return call("DELETE", target, {}, headers); }

  // The ids made here; each asserts that it could.
  std::string make(const std::string& path, const std::string& body, http::Headers headers = {}) {
    const Answer answer = post(path, body, std::move(headers));
    EXPECT_EQ(answer.status, 201) << boost::json::serialize(answer.body);
    return answer.status == 201 ? answer.id() : "";
  }
  std::string make_policy(const std::string& values = "{}") {
    return make("/v2.0/qos/policies", R"({"policy":)" + values + "}");
  }
  std::string make_network(const std::string& values = "{}") {
    return make("/v2.0/networks", R"({"network":)" + values + "}");
  }
  std::string make_subnet(const std::string& network, const std::string& cidr, const std::string& more = "") {
    return make("/v2.0/subnets",
                R"({"subnet":{"network_id":")" + network + R"(","ip_version":4,"cidr":")" + cidr + '"' + more + "}}");
  }
  std::string make_port(const std::string& network, const std::string& more = "") {
    return make("/v2.0/ports", R"({"port":{"network_id":")" + network + '"' + more + "}}");
  }

  std::int64_t count(const std::string& table) {
    std::int64_t rows = 0;
    db->read([&](storage::Connection& connection) {
      rows = connection.execute("SELECT COUNT(*) AS n FROM " + table).front().integer("n");
    });
    return rows;
  }

  static http::Headers member(const std::string& project) { return {{"x-roles", "member"}, {"x-project-id", project}}; }
  static http::Headers service() { return {{"x-roles", "service"}, {"x-project-id", "service"}}; }

  std::unique_ptr<storage::Database> db = storage::open_test_store();
  base::TestClock clock;
  RecordingPlugin plugin;
  QuotaDefaults quotas;
  Neutron neutron{*db, clock, plugin, caller_from_headers(), quotas};
};

}  // namespace tricircle::api
