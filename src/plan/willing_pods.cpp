#include "plan/willing_pods.hpp"

#include "xjob/copies.hpp"
#include "xjob/harmless.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::plan {
namespace {

namespace json = boost::json;
using storage::Connection;

constexpr std::string_view kScheme = "http://";

http::OutResponse response(int status, const json::object& body) {
  return {http::End::answered, status, {}, json::serialize(body), {}};
}

http::OutResponse not_found(const std::string& type) {
  return response(404, {{"NeutronError", {{"type", type}, {"message", "It is not there."}, {"detail", ""}}}});
}

// The central id of what the pod calls so; '' = it has none of ours.
std::string central_id(Connection& db, const std::string& type, const std::string& local, const std::string& pod) {
  const auto found =
      db.execute("SELECT central_id FROM resource_routings WHERE pod_id = ? AND resource_type = ? AND local_id = ?",
                 {pod, type, local});
  return found.empty() ? "" : found.front().text("central_id");
}

json::object shown_rule(const domain::CopyRule& rule) {
  json::object shown = rule.values;
  shown["id"] = rule.id;
  shown["type"] = rule.type;
  if (!rule.direction.empty()) shown["direction"] = rule.direction;
  return shown;
}

void add_backing(json::object& network, xjob::Backing backing) {
  if (backing == xjob::Backing::unsaid) return;
  const bool on_none = backing == xjob::Backing::none;
  network["provider:network_type"] = on_none ? "vxlan" : "vlan";
  network["provider:physical_network"] = on_none ? json::value(nullptr) : json::value("physical");
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

struct WillingPods::Asked {
  std::string pod;
  std::string method;
  std::string path;  // without the query
  json::object body;

  bool starts(std::string_view with) const { return path.starts_with(with); }
};

void WillingPods::send(http::OutRequest request, std::function<void(http::OutResponse)> done) {
  const std::string rest = request.url.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  const std::string whole = rest.substr(slash);
  Asked asked{rest.substr(0, slash), request.method, whole.substr(0, whole.find('?')), {}};
  if (!request.body.empty()) asked.body = json::parse(request.body).as_object();
  calls[asked.pod].push_back({asked.method, whole, asked.body});
  done(answer(asked));
}

http::OutResponse WillingPods::answer(const Asked& asked) {
  if (asked.method == "GET") return show(asked);
  if (asked.method == "DELETE") return {http::End::answered, 204, {}, {}, {}};
  if (asked.body.empty()) return response(200, {});  // a tag
  json::object made = asked.body.begin()->value().as_object();
  const bool policy = asked.body.contains("policy");
  const std::string what = policy ? "policy" : "rule";
  if (asked.method == "POST") made["id"] = "<new " + what + (made_++ == 0 ? "" : " " + std::to_string(made_)) + ">";
  return response(asked.method == "POST" ? 201 : 200, {{asked.body.begin()->key(), made}});
}

http::OutResponse WillingPods::show(const Asked& asked) {
  if (asked.path == "/v2.0/qos/policies") return response(200, {{"policies", json::array()}});
  if (asked.starts("/v2.0/qos/policies/")) return show_policy(asked);
  if (asked.starts("/v2.0/networks/")) return show_object(asked, xjob::kNetwork);
  if (asked.starts("/v2.0/ports/")) return show_object(asked, xjob::kPort);
  return response(200, {});
}

http::OutResponse WillingPods::show_policy(const Asked& asked) {
  const std::string local = last_part(asked.path);
  const std::string id = central_id(store_, xjob::kPolicyType, local, asked.pod);
  const std::optional<xjob::Copy> copy = id.empty() ? std::nullopt : xjob::find_copy(store_, id, asked.pod);
  if (!copy) return not_found("QosPolicyNotFound");
  json::object policy = copy->attributes;
  json::array rules;
  for (const domain::CopyRule& rule : copy->rules) {
    if (!rule.id.empty()) rules.push_back(shown_rule(rule));
  }
  policy["id"] = local;
  policy["rules"] = std::move(rules);
  return response(200, {{"policy", std::move(policy)}});
}

http::OutResponse WillingPods::show_object(const Asked& asked, const std::string& type) {
  const std::string local = last_part(asked.path);
  const std::string id = central_id(store_, type, local, asked.pod);
  if (id.empty()) return not_found(type == xjob::kNetwork ? "NetworkNotFound" : "PortNotFound");
  json::object object{{"id", local}, {"revision_number", 1}, {"qos_policy_id", nullptr}};
  const std::optional<xjob::Binding> binding = xjob::find_binding(store_, type, id, asked.pod);
  if (binding && !binding->policy_id.empty()) {
    const auto copy = xjob::local_id(store_, xjob::kPolicyType, binding->policy_id, asked.pod);
    if (copy && !copy->empty()) object["qos_policy_id"] = *copy;
  }
  if (type == xjob::kNetwork) {
    xjob::Backing backing = xjob::find_backing(store_, id, asked.pod);
    if (backing == xjob::Backing::unknown) {
      guessed[asked.pod].insert(id);
      backing = xjob::Backing::physical;
    }
    add_backing(object, backing);
  }
  return response(200, {{type, std::move(object)}});
}

}  // namespace tricircle::plan
