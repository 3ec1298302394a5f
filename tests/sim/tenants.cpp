// What tenants and the people of the pods do in a story.
#include "play.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::sim {
namespace {

namespace json = boost::json;

struct RuleKind {
  const char* type;
  const char* direction;
  const char* attribute;
  int values[4];
};
constexpr RuleKind kKinds[kRules] = {
    {"bandwidth_limit", "egress", "max_kbps", {1000, 2000, 5000, 9000}},
    {"dscp_marking", "", "dscp_mark", {0, 10, 26, 46}},
    {"bandwidth_limit", "ingress", "max_kbps", {1000, 2000, 5000, 9000}},
    {"minimum_bandwidth", "egress", "min_kbps", {500, 1000, 1500, 4000}},
};

RuleKey key_of(int which) {
  return {kKinds[which].type, kKinds[which].direction};
}

// As a pod will show it: with what Neutron adds by itself.
RuleValues values_of(int which, int value) {
  RuleValues values{{kKinds[which].attribute, kKinds[which].values[value]}};
  if (key_of(which).first == "bandwidth_limit") values["max_burst_kbps"] = 0;
  return values;
}

std::string policy_path(const std::string& id) {
  return "/v2.0/qos/policies/" + id;
}

std::string body_of(const std::string& key, json::object values) {
  json::object body;
  body[key] = std::move(values);
  return json::serialize(body);
}

}  // namespace

void Play::create_policy(int which) {
  const std::string& old = policy_ids_.at(static_cast<std::size_t>(which));
  if (!old.empty() && model_.policies.at(old).exists) return;
  const std::string name = "policy " + std::to_string(which + 1) + " name " + std::to_string(++names_);
  call("POST", "/v2.0/qos/policies", body_of("policy", {{"name", name}}), [this, which, name](const ApiAnswer& answer) {
    const std::string id = json::value_to<std::string>(answer.body.at("policy").at("id"));
    CentralPolicyTruth& policy = model_.policies[id];
    policy.id = id;
    policy.name = name;
    policy.versions = {{world_.now(), {}}};
    // Of two that were made at once the story knows the later.
    policy_ids_.at(static_cast<std::size_t>(which)) = id;
  });
}

void Play::delete_policy(int which) {
  const std::string id = policy_id(which);
  call("DELETE", policy_path(id), "", [this, id](const ApiAnswer&) { model_.policies.at(id).exists = false; });
}

void Play::rename_policy(int which) {
  const std::string id = policy_id(which);
  const std::string name = "policy " + std::to_string(which + 1) + " name " + std::to_string(++names_);
  call("PUT", policy_path(id), body_of("policy", {{"name", name}}),
       [this, id, name](const ApiAnswer&) { model_.policies.at(id).name = name; });
}

void Play::set_rule(int policy, int which, int value) {
  const std::string id = policy_id(policy);
  const RuleKey key = key_of(which);
  const std::string type = key.first + "_rule";
  json::object values{{kKinds[which].attribute, kKinds[which].values[value]}};
  const auto& known = model_.policies.at(id).rule_ids;
  const auto rule = known.find(key);
  const std::string path = policy_path(id) + "/" + type + "s";
  const auto taken = [this, id, key, which, value, type](const ApiAnswer& answer) {
    CentralPolicyTruth& truth = model_.policies.at(id);
    truth.rule_ids[key] = json::value_to<std::string>(answer.body.at(type).at("id"));
    Rules rules = truth.rules();
    rules[key] = values_of(which, value);
    model_.rules_are(id, std::move(rules));
  };
  if (rule != known.end()) return call("PUT", path + "/" + rule->second, body_of(type, std::move(values)), taken);
  if (!key.second.empty()) values["direction"] = key.second;
  call("POST", path, body_of(type, std::move(values)), taken);
}

void Play::delete_rule(int policy, int which) {
  const std::string id = policy_id(policy);
  const RuleKey key = key_of(which);
  const auto& known = model_.policies.at(id).rule_ids;
  const auto rule = known.find(key);
  if (rule == known.end()) return;
  call("DELETE", policy_path(id) + "/" + key.first + "_rules/" + rule->second, "", [this, id, key](const ApiAnswer&) {
    CentralPolicyTruth& truth = model_.policies.at(id);
    truth.rule_ids.erase(key);
    Rules rules = truth.rules();
    rules.erase(key);
    model_.rules_are(id, std::move(rules));
  });
}

void Play::associate(int object, int policy) {
  const std::string id = object_id(object);
  const std::string type = model_.objects.at(id).type;
  const std::string wished = policy < 0 ? "" : policy_id(policy);
  json::object values{{"qos_policy_id", nullptr}};
  if (!wished.empty()) values["qos_policy_id"] = wished;
  const bool releases = wished.empty() && type == "port";
  if (releases) model_.release_begins(id);
  ++associating_[id].under_way;
  associating_[id].wishes.insert(wished);
  call(
      "PUT", "/v2.0/" + type + "s/" + id, body_of(type, std::move(values)),
      [this, id, wished, releases](const ApiAnswer&) {
        if (releases) model_.release_ends(id, true);
        model_.wish_is(id, associated(id, wished));
      },
      [this, id, wished, releases](const ApiAnswer&) {
        if (releases) model_.release_ends(id, false);
        associated(id, wished);
      });
}

// A call has ended. Of calls that were under way at the same time any may count as the last: the centre says which.
std::string Play::associated(const std::string& id, const std::string& wished) {
  Overlapping& calls = associating_[id];
  std::string kept = wished;
  if (calls.wishes.size() > 1) {
    const std::string there = model_.central_wish(id);
    if (calls.wishes.contains(there)) kept = there;
  }
  if (--calls.under_way <= 0) associating_.erase(id);
  return kept;
}

void Play::delete_object(int which) {
  const std::string id = object_id(which);
  const std::string type = model_.objects.at(id).type;
  call("DELETE", "/v2.0/" + type + "s/" + id, "", [this, id](const ApiAnswer&) {
    model_.look_everywhere();
    model_.objects.at(id).exists = false;
  });
}

// The pod makes it by itself and reports it.
void Play::appear(int object, int pod) {
  PodServer& server = pods_.at(static_cast<std::size_t>(pod));
  const int network_number = object & ~1;
  if (reporting_.contains({server.region, network_number}) || reporting_.contains({server.region, network_number + 1}))
    return;
  const auto there = [&](int which) {
    std::string& local = local_objects_[{server.region, which}];
    if (!local.empty()) return local;
    local = server.new_id(which % 2 == 0 ? "network" : "port");
    server.objects[local] = {which % 2 == 0 ? "network" : "port", "", "vlan", "", 1};
    return local;
  };
  const std::string network = object_id(network_number);
  const std::string local_network = there(network_number);
  const auto known_network = [this, &server, local_network, network] {
    model_.central_of.try_emplace({server.region, local_network}, network);
  };
  if (object == network_number) {
    const json::object routing{{"top_id", network},
                               {"bottom_id", local_network},
                               {"pod_id", server.pod_id},
                               {"project_id", "acme"},
                               {"resource_type", "network"}};
    return report(server, object, "POST", "/v1.0/routings", body_of("routing", routing), "admin", known_network);
  }
  const std::string port = object_id(object);
  const std::string local_port = there(object);
  const json::object profile{{"region", server.region},
                             {"device", "compute:nova"},
                             {"host", "host1"},
                             {"revision_number", ++revisions_},
                             {"created_at", "2026-01-01T00:00:00Z"},
                             {"local_id", local_port},
                             {"local_network_id", local_network}};
  report(server, object, "PUT", "/v2.0/ports/" + port, body_of("port", {{"binding:profile", profile}}), "service",
         [this, &server, local_port, port, known_network] {
           model_.central_of[{server.region, local_port}] = port;
           known_network();
         });
}

void Play::lost_there(int object, int pod) {
  PodServer& server = pods_.at(static_cast<std::size_t>(pod));
  const std::string local = local_object(server, object);
  if (local.empty() || reporting_.contains({server.region, object})) return;
  // A network goes after its ports.
  if (object % 2 == 0 && !local_object(server, object + 1).empty()) return;
  server.objects.erase(local);
  local_objects_.erase({server.region, object});
  const std::string id = object_id(object);
  report(server, object, "DELETE", "/v2.0/" + model_.objects.at(id).type + "s/" + id + "?region=" + server.region, "",
         "service", [this, &server, local] { model_.central_of.erase({server.region, local}); });
}

void Play::people_of_the_pod(const Step& step) {
  PodServer& pod = pods_.at(static_cast<std::size_t>(step.what));
  model_.edited_by_hand(pod.region);
  if (step.act == Act::forget_all) return forget_all(pod);
  if (step.act == Act::bind_own || step.act == Act::unbind) {
    const auto object = pod.objects.find(local_object(pod, step.which));
    if (object == pod.objects.end()) return;
    object->second.policy_id.clear();
    ++object->second.revision;
    if (step.act == Act::unbind) return;
    const std::string own = pod.new_id("own-policy");
    pod.policies[own] = {own, "silver", "", false, "acme", world_.now(), {}, {}, false};
    object->second.policy_id = own;
    return;
  }
  int left = step.which;
  for (auto& [id, policy] : pod.policies) {
    if (!policy.ours || policy.name.starts_with("tricircle:") || left-- > 0) continue;
    if (step.act == Act::delete_copy) {
      if (!pod.in_use(id)) pod.policies.erase(id);
      return;
    }
    policy.name = "renamed by hand";
    if (!policy.rules.empty()) policy.rules.erase(policy.rules.begin());
    return;
  }
}

void Play::forget_all(PodServer& pod) {
  for (auto& [id, object] : pod.objects) {
    const PodPolicy* policy = pod.find(object.policy_id);
    if (policy == nullptr || !policy->ours) continue;
    object.policy_id.clear();
    ++object.revision;
  }
  std::erase_if(pod.policies, [](const auto& policy) { return policy.second.ours; });
}

}  // namespace tricircle::sim
