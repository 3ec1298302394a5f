// One pod's Neutron as typed calls: what XJob does to copies, networks and ports. Values in and out are Neutron's JSON;
// what an answer means is the caller's to decide. Coroutines on the runtime's io thread; never throws for what a pod
// says, only what ask_first() throws.
#pragma once
#include "remote/answer.hpp"
#include "remote/credentials.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace tricircle::remote {

struct PodAddress {
  std::string pod_id;
  std::string region_name;
  std::string neutron_url;  // "http://host:port", without /v2.0
  bool embedded = false;
};

struct CallLimits {
  std::int64_t timeout_ms = 30'000;  // whole call
  std::int64_t connect_timeout_ms = 5'000;
  std::string ca_file;  // empty = the system's
};

// A list that a pod is asked for: these fields of all objects, or of those whose `filter` is one of `among`.
struct Listed {
  std::string path;
  std::vector<std::string> fields;
  std::string filter;
  std::vector<std::string> among;  // empty = all
  std::string more;                // of the query: "&name=value"
  bool sorted = true;              // by id; some lists refuse to be told, and come so
};

class PodNeutron {
 public:
  PodNeutron(http::Client& client, Identity& identity, PodAddress pod, CallLimits limits)
      : client_(client), identity_(identity), pod_(std::move(pod)), limits_(std::move(limits)) {}

  const PodAddress& pod() const { return pod_; }
  // Asked right before each request is sent, when its token is there; throws if it may not be.
  void ask_first(std::function<void()> may_call) { may_call_ = std::move(may_call); }
  void follow(std::string trace) { trace_ = std::move(trace); }  // a traceparent that calls are made under; '' = none

  base::Awaitable<Answer> versions();  // harmless: is anybody there
  base::Awaitable<Answer> extensions();
  base::Awaitable<Answer> rule_types();
  base::Awaitable<Answer> rule_type(std::string type);  // with its parameters; for admins only
  base::Awaitable<Answer> get_policy(std::string id);
  base::Awaitable<Answer> find_policies(std::string name);
  // Those of them that there are, whole, in any order. A server may cut the list short.
  base::Awaitable<Answer> list_policies(std::vector<std::string> ids);
  // Of all that the pod has, by id, the next after `marker`: with name, rules and tags. A server may give fewer than
  // `limit`, or take no heed of the marker.
  base::Awaitable<Answer> page_of_policies(std::string marker, std::size_t limit);
  base::Awaitable<Answer> create_policy(boost::json::object values);
  base::Awaitable<Answer> update_policy(std::string id, boost::json::object values);
  base::Awaitable<Answer> delete_policy(std::string id);
  base::Awaitable<Answer> tag_policy(std::string id, std::string tag);
  base::Awaitable<Answer> create_rule(std::string policy_id, std::string type, boost::json::object values);
  base::Awaitable<Answer> update_rule(std::string policy_id, std::string type, std::string id,
                                      boost::json::object values);
  base::Awaitable<Answer> delete_rule(std::string policy_id, std::string type, std::string id);

  // `type` = "network" or "port": its id, policy and revision; of a network also what it is made of.
  base::Awaitable<Answer> get_object(std::string type, std::string id);
  // The same of several, but for what networks are made of.
  base::Awaitable<Answer> list_objects(std::string type, std::vector<std::string> ids);
  // As page_of_policies: id and policy.
  base::Awaitable<Answer> page_of_objects(std::string type, std::string marker, std::size_t limit);
  // As page_of_policies, of the ports of these networks: what a report tells. By id; see Neutron's port.
  base::Awaitable<Answer> page_of_ports(std::vector<std::string> network_ids, std::string marker, std::size_t limit);
  base::Awaitable<Answer> get_port(std::string id);
  base::Awaitable<Answer> page_of_networks(std::string marker, std::size_t limit);  // id, name, owner, tags
  // As page_of_policies, of any list.
  base::Awaitable<Answer> page_of(Listed list, std::string marker, std::size_t limit);
  // `policy_id` empty = null. `revision`: If-Match, only for one who has just read the object.
  base::Awaitable<Answer> bind_object(std::string type, std::string id, std::string policy_id,
                                      std::optional<std::int64_t> revision);
  // `type` = "network", "subnet" or "port".
  base::Awaitable<Answer> create_object(std::string type, boost::json::object values);
  base::Awaitable<Answer> update_object(std::string type, std::string id, boost::json::object values);
  base::Awaitable<Answer> delete_object(std::string type, std::string id);

 private:
  base::Awaitable<Answer> call(std::string method, std::string path, boost::json::object body = {},
                               std::string if_match = {});

  http::Client& client_;
  Identity& identity_;
  std::function<void()> may_call_;
  std::string trace_;
  PodAddress pod_;
  CallLimits limits_;
};

}  // namespace tricircle::remote
