#include "remote/pod_neutron.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/metric_names.hpp"
#include "base/trace.hpp"

#include <chrono>

#include <boost/json/serialize.hpp>

namespace tricircle::remote {
namespace {

namespace json = boost::json;

const std::string kPolicies = "/v2.0/qos/policies";

std::string collection(const std::string& type) {
  return "/v2.0/" + type + "s/";
}

std::string rules_path(const std::string& policy_id, const std::string& type) {
  return kPolicies + "/" + policy_id + "/" + type + "_rules";
}

// One filter an id: the server takes any of them.
std::string any_of(const std::vector<std::string>& ids) {
  std::string query;
  for (const std::string& id : ids) query += "&id=" + http::percent_encode(id);
  return query;
}

std::string page(const std::string& marker, std::size_t limit, bool sorted = true) {
  const std::string query = (sorted ? "&sort_key=id&sort_dir=asc&limit=" : "&limit=") + std::to_string(limit);
  return marker.empty() ? query : query + "&marker=" + http::percent_encode(marker);
}

std::string port_fields() {
  std::string query = "fields=id";
  for (const char* name : {"network_id", "project_id", "name", "mac_address", "device_id", "device_owner", "created_at",
                           "revision_number", "admin_state_up", "fixed_ips", "binding:host_id"})
    query += std::string("&fields=") + name;
  return query;
}

json::object wrapped(const std::string& key, json::object values) {
  json::object body;
  body[key] = std::move(values);
  return body;
}

std::string result_of(const Answer& answer) {
  if (answer.end == http::End::unseen) return "unseen";
  if (answer.end == http::End::not_sent) return "not_sent";
  return std::to_string(answer.status / 100) + "xx";
}

void count(const std::string& region, const Answer& answer, std::chrono::steady_clock::duration took) {
  const double seconds = std::chrono::duration<double>(took).count();
  base::Metrics& metrics = base::metrics();
  metrics.add(base::metric::kPodCalls, {region, result_of(answer)});
  metrics.add(base::metric::kPodCallSeconds, {region}, seconds);
  metrics.observe(base::metric::kPodCallDuration, {}, seconds);
}

}  // namespace

base::Awaitable<Answer> PodNeutron::versions() {
  return call("GET", "/");
}

base::Awaitable<Answer> PodNeutron::extensions() {
  return call("GET", "/v2.0/extensions?fields=alias");
}

base::Awaitable<Answer> PodNeutron::rule_types() {
  return call("GET", "/v2.0/qos/rule-types");
}

base::Awaitable<Answer> PodNeutron::rule_type(std::string type) {
  return call("GET", "/v2.0/qos/rule-types/" + http::percent_encode(type));
}

base::Awaitable<Answer> PodNeutron::get_policy(std::string id) {
  return call("GET", kPolicies + "/" + id);
}

base::Awaitable<Answer> PodNeutron::find_policies(std::string name) {
  return call("GET", kPolicies + "?name=" + http::percent_encode(name));
}

base::Awaitable<Answer> PodNeutron::list_policies(std::vector<std::string> ids) {
  std::string fields = "?fields=id";
  for (const char* field : {"name", "description", "shared", "rules", "revision_number", "updated_at"})
    fields += std::string("&fields=") + field;
  return call("GET", kPolicies + fields + any_of(ids));
}

base::Awaitable<Answer> PodNeutron::page_of_policies(std::string marker, std::size_t limit) {
  std::string fields = "?fields=id";
  for (const char* field : {"name", "description", "shared", "project_id", "rules", "tags", "created_at"})
    fields += std::string("&fields=") + field;
  return call("GET", kPolicies + fields + page(marker, limit));
}

base::Awaitable<Answer> PodNeutron::create_policy(json::object values) {
  return call("POST", kPolicies, wrapped("policy", std::move(values)));
}

base::Awaitable<Answer> PodNeutron::update_policy(std::string id, json::object values) {
  return call("PUT", kPolicies + "/" + id, wrapped("policy", std::move(values)));
}

base::Awaitable<Answer> PodNeutron::delete_policy(std::string id) {
  return call("DELETE", kPolicies + "/" + id);
}

// The tagging API has its own paths: no /qos in front (seen on Neutron 21).
base::Awaitable<Answer> PodNeutron::tag_policy(std::string id, std::string tag) {
  return call("PUT", "/v2.0/policies/" + id + "/tags/" + http::percent_encode(tag));
}

base::Awaitable<Answer> PodNeutron::create_rule(std::string policy_id, std::string type, json::object values) {
  return call("POST", rules_path(policy_id, type), wrapped(type + "_rule", std::move(values)));
}

base::Awaitable<Answer> PodNeutron::update_rule(std::string policy_id, std::string type, std::string id,
                                                json::object values) {
  return call("PUT", rules_path(policy_id, type) + "/" + id, wrapped(type + "_rule", std::move(values)));
}

base::Awaitable<Answer> PodNeutron::delete_rule(std::string policy_id, std::string type, std::string id) {
  return call("DELETE", rules_path(policy_id, type) + "/" + id);
}

base::Awaitable<Answer> PodNeutron::get_object(std::string type, std::string id) {
  std::string fields = "?fields=id&fields=qos_policy_id&fields=revision_number";
  if (type == "network") fields += "&fields=provider:network_type&fields=provider:physical_network&fields=segments";
  return call("GET", collection(type) + id + fields);
}

base::Awaitable<Answer> PodNeutron::list_objects(std::string type, std::vector<std::string> ids) {
  return call("GET", "/v2.0/" + type + "s?fields=id&fields=qos_policy_id&fields=revision_number&fields=updated_at" +
                         any_of(ids));
}

base::Awaitable<Answer> PodNeutron::page_of_objects(std::string type, std::string marker, std::size_t limit) {
  return call("GET", "/v2.0/" + type + "s?fields=id&fields=qos_policy_id" + page(marker, limit));
}

base::Awaitable<Answer> PodNeutron::page_of_ports(std::vector<std::string> network_ids, std::string marker,
                                                  std::size_t limit) {
  std::string filter;
  for (const std::string& id : network_ids) filter += "&network_id=" + http::percent_encode(id);
  return call("GET", "/v2.0/ports?" + port_fields() + filter + page(marker, limit));
}

base::Awaitable<Answer> PodNeutron::get_port(std::string id) {
  return call("GET", collection("port") + id + "?" + port_fields());
}

base::Awaitable<Answer> PodNeutron::page_of_networks(std::string marker, std::size_t limit) {
  return call("GET", "/v2.0/networks?fields=id&fields=name&fields=project_id&fields=tags" + page(marker, limit));
}

base::Awaitable<Answer> PodNeutron::page_of(Listed list, std::string marker, std::size_t limit) {
  std::string query;
  for (const std::string& field : list.fields) query += (query.empty() ? "?fields=" : "&fields=") + field;
  for (const std::string& one : list.among) query += "&" + list.filter + "=" + http::percent_encode(one);
  return call("GET", list.path + query + list.more + page(marker, limit, list.sorted));
}

base::Awaitable<Answer> PodNeutron::bind_object(std::string type, std::string id, std::string policy_id,
                                                std::optional<std::int64_t> revision) {
  json::object values{{"qos_policy_id", nullptr}};
  if (!policy_id.empty()) values["qos_policy_id"] = policy_id;
  std::string if_match;
  if (revision) if_match = "revision_number=" + std::to_string(*revision);
  return call("PUT", collection(type) + id, wrapped(type, std::move(values)), std::move(if_match));
}

base::Awaitable<Answer> PodNeutron::create_object(std::string type, json::object values) {
  return call("POST", "/v2.0/" + type + "s", wrapped(type, std::move(values)));
}

base::Awaitable<Answer> PodNeutron::update_object(std::string type, std::string id, json::object values) {
  return call("PUT", collection(type) + id, wrapped(type, std::move(values)));
}

base::Awaitable<Answer> PodNeutron::delete_object(std::string type, std::string id) {
  return call("DELETE", collection(type) + id);
}

base::Awaitable<Answer> PodNeutron::call(std::string method, std::string path, json::object body,
                                         std::string if_match) {
  const bool writes = method != "GET";
  for (bool renewed = false;; renewed = true) {
    Identity::Headers identity = co_await identity_.async_headers();
    if (!identity.error.empty()) {
      Answer nobody;
      nobody.words = identity.error;
      co_return nobody;
    }
    if (may_call_) may_call_();
    http::OutRequest request;
    request.method = method;
    request.url = pod_.neutron_url + path;
    request.headers = identity.headers;
    request.headers["accept"] = "application/json";
    request.headers["user-agent"] = "tricircle-xjob";
    if (!body.empty()) {
      request.headers["content-type"] = "application/json";
      request.body = json::serialize(body);
    }
    if (!if_match.empty()) request.headers["if-match"] = if_match;
    if (!trace_.empty()) request.headers["traceparent"] = base::span_below(trace_);
    request.timeout_ms = limits_.timeout_ms;
    request.connect_timeout_ms = limits_.connect_timeout_ms;
    request.ca_file = limits_.ca_file;
    if (writes) base::fault_point("before " + method + " " + path);
    const auto begun = std::chrono::steady_clock::now();
    http::OutResponse response = co_await client_.async_send(std::move(request));
    const auto spent = std::chrono::steady_clock::now() - begun;
    if (writes) base::fault_point("after " + method + " " + path);
    Answer answer = answer_of(std::move(response));
    count(pod_.region_name, answer, spent);
    base::log::debug("pod_call region={} method={} path={} status={} micros={} words=\"{}\"", pod_.region_name, method,
                     path, answer.status, std::chrono::duration_cast<std::chrono::microseconds>(spent).count(),
                     answer.words);
    if (!answer.is(401) || renewed) co_return answer;
    identity_.forget_token(identity.headers);
  }
}

}  // namespace tricircle::remote
