#include "agent/centre.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::agent {
namespace {

namespace json = boost::json;

std::string text(const json::value& object, std::string_view name) {
  const json::value* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

std::int64_t number(const json::value& object, std::string_view name) {
  const json::value* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

const json::array& list_in(const remote::Answer& answer, std::string_view name) {
  static const json::array kNone;
  const json::value* list = answer.body.is_object() ? answer.body.get_object().if_contains(name) : nullptr;
  return list != nullptr && list->is_array() ? list->get_array() : kNone;
}

Tie tie_in(const json::value& routing) {
  return {number(routing, "id"), text(routing, "top_id"), text(routing, "bottom_id"),
          text(routing, "reported_created_at"), number(routing, "reported_revision")};
}

// The centre's own refusal, which another try would only repeat.
bool is_its_word(const remote::Answer& answer) {
  if (answer.ok()) return true;
  return answer.answered() && answer.status >= 400 && answer.status < 500 && answer.status != 401 &&
         answer.status != 403 && answer.status != 408 && answer.status != 429;
}

std::string path_of(const std::string& type, const std::string& id) {
  return "/v2.0/" + type + "s/" + http::percent_encode(id);
}

json::object profile_of(const LocalPort& port, const std::string& region) {
  return {{"region", region},
          {"device", port.device_owner},
          {"host", port.host.value_or("")},
          {"revision_number", port.revision},
          {"created_at", port.created_at},
          {"local_id", port.id},
          {"local_network_id", port.network_id}};
}

}  // namespace

base::Awaitable<PodRow> Centre::find_pod() {
  const remote::Answer answer = co_await read("/v1.0/pods");
  for (const json::value& pod : list_in(answer, "pods")) {
    if (text(pod, "region_name") != region_) continue;
    pod_id_ = text(pod, "pod_id");
    co_return PodRow{pod_id_, text(pod, "neutron_url")};
  }
  co_return PodRow{};
}

std::string Centre::ties_path(const std::string& type) const {
  return "/v1.0/routings?all_projects=true&pod_id=" + pod_id_ + "&resource_type=" + type;
}

base::Awaitable<std::vector<Tie>> Centre::ties(std::string type) {
  std::vector<Tie> all;
  std::string path = ties_path(type);
  while (!path.empty()) {
    const remote::Answer answer = co_await read(path);
    for (const json::value& routing : list_in(answer, "routings")) all.push_back(tie_in(routing));
    const json::array& links = list_in(answer, "routings_links");
    path = links.empty() ? std::string() : text(links.front(), "href");
  }
  co_return all;
}

base::Awaitable<Tie> Centre::tie_of(std::string type, std::string local_id) {
  const remote::Answer answer = co_await read(ties_path(type) + "&limit=1&bottom_id=" + http::percent_encode(local_id));
  const json::array& found = list_in(answer, "routings");
  if (found.empty()) co_return Tie{};
  co_return tie_in(found.front());
}

base::Awaitable<std::int64_t> Centre::newest_tie(std::string type) {
  const remote::Answer answer = co_await read(ties_path(type) + "&limit=1");
  const json::array& found = list_in(answer, "routings");
  co_return found.empty() ? 0 : number(found.front(), "id");
}

base::Awaitable<remote::Answer> Centre::adopt(LocalPort port, std::string central_network) {
  json::object told{{"id", port.id},
                    {"network_id", central_network},
                    {"project_id", port.project_id},
                    {"name", port.name},
                    {"mac_address", port.mac_address},
                    {"admin_state_up", port.admin_state_up},
                    {"device_id", port.device_id},
                    {"fixed_ips", port.fixed_ips},
                    {"binding:profile", profile_of(port, region_)}};
  json::object body{{"port", std::move(told)}};
  return call("POST", "/v2.0/ports", std::move(body));
}

base::Awaitable<remote::Answer> Centre::report(LocalPort port, std::string central_id) {
  json::object told{
      {"device_id", port.device_id}, {"fixed_ips", port.fixed_ips}, {"binding:profile", profile_of(port, region_)}};
  json::object body{{"port", std::move(told)}};
  return call("PUT", path_of(kPort, central_id), std::move(body));
}

base::Awaitable<remote::Answer> Centre::gone(std::string type, std::string central_id) {
  return call("DELETE", path_of(type, central_id) + "?region=" + http::percent_encode(region_));
}

base::Awaitable<remote::Answer> Centre::tie_network(std::string central_id, LocalNetwork network) {
  json::object routing{{"top_id", central_id},
                       {"bottom_id", network.id},
                       {"pod_id", pod_id_},
                       {"project_id", network.project_id},
                       {"resource_type", kNetwork}};
  json::object body{{"routing", std::move(routing)}};
  return call("POST", "/v1.0/routings", std::move(body));
}

base::Awaitable<std::vector<std::string>> Centre::networks_named(std::string name, std::string project_id) {
  const remote::Answer answer = co_await read("/v2.0/networks?fields=id&limit=2&name=" + http::percent_encode(name) +
                                              "&project_id=" + http::percent_encode(project_id));
  std::vector<std::string> ids;
  for (const json::value& network : list_in(answer, "networks")) ids.push_back(text(network, "id"));
  co_return ids;
}

base::Awaitable<remote::Answer> Centre::read(std::string path) {
  remote::Answer answer = co_await call("GET", std::move(path));
  if (!answer.is(200)) throw Away("the centre does not answer as it should: " + answer.words);
  co_return answer;
}

base::Awaitable<remote::Answer> Centre::call(std::string method, std::string path, json::object body) {
  for (bool renewed = false;; renewed = true) {
    remote::Identity::Headers who = co_await identity_.async_headers();
    if (!who.error.empty()) throw Away(who.error);
    http::OutRequest request;
    request.method = method;
    request.url = url_ + path;
    request.headers = who.headers;
    // For a centre without authentication; another takes a token's word alone.
    request.headers.insert(
        {{"x-project-id", "service"}, {"x-user-id", "tricircle-agent"}, {"x-roles", "admin,service"}});
    request.headers["accept"] = "application/json";
    request.headers["user-agent"] = "tricircle-agent";
    if (!body.empty()) {
      request.headers["content-type"] = "application/json";
      request.body = json::serialize(body);
    }
    request.timeout_ms = 10'000;
    request.ca_file = identity_.ca_file();
    http::OutResponse response = co_await client_.async_send(std::move(request));
    remote::Answer answer = remote::answer_of(std::move(response));
    if (answer.is(401) && !renewed) {
      identity_.forget_token(who.headers);
      continue;
    }
    if (!is_its_word(answer)) throw Away("the centre at " + url_ + ": " + answer.words);
    co_return answer;
  }
}

}  // namespace tricircle::agent
