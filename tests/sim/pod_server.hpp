// A pod's Neutron as far as XJob talks to it, in memory: policies, rules, networks and ports with Neutron's own answers
// and refusals (reference: a real Neutron 21). What is written is told to a watcher.
#pragma once
#include "base/clock.hpp"
#include "http/client.hpp"
#include "http/message.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace tricircle::sim {

using RuleKey = std::pair<std::string, std::string>;  // type, direction
using RuleValues = boost::json::object;               // without direction

struct PodRule {
  std::string id;
  RuleValues values;
};

struct PodPolicy {
  std::string id;
  std::string name;
  std::string description;
  bool shared = false;
  std::string project_id;
  base::Micros created_at = 0;
  std::map<RuleKey, PodRule> rules;
  std::set<std::string> tags;
  bool ours = false;    // made by a call of XJob's, and not by hand
  std::string central;  // the central policy that its first name told of
};

struct PodObject {
  std::string type;  // network, port
  std::string network_id;
  std::string network_type = "vlan";
  std::string policy_id;
  std::int64_t revision = 1;
};

struct PodAnswer {
  int status = 200;
  boost::json::value body;
};

class PodServer {
 public:
  // Called before and after each write that is carried out.
  struct Watcher {
    virtual ~Watcher() = default;
    virtual void told_to_delete_policy(PodServer&, const PodPolicy&) = 0;  // the call is sent, and may come later
    virtual void about_to_delete_policy(PodServer&, const PodPolicy&) = 0;
    virtual void about_to_bind(PodServer&, const std::string& object_id, const std::string& policy_id) = 0;
    virtual void written(PodServer&, const std::string& what) = 0;
    virtual void touched(PodServer&, const PodPolicy&, const std::string& what) = 0;
  };

  PodServer(std::string region, const base::Clock& clock, Watcher& watcher)
      : region(std::move(region)), clock_(clock), watcher_(watcher) {}

  PodAnswer handle(const http::OutRequest&);  // XJob's call
  void sent(const http::OutRequest&);         // it is on its way

  PodPolicy* find(const std::string& policy_id);
  bool in_use(const std::string& policy_id) const;
  std::string new_id(const std::string& what);

  const std::string region;
  std::string pod_id;
  bool embedded = false;
  std::map<std::string, PodPolicy> policies;
  std::map<std::string, PodObject> objects;
  std::int64_t calls = 0;
  std::int64_t writes = 0;

 private:
  using Path = std::vector<std::string>;
  PodAnswer policies_call(const std::string& method, const Path&, const std::string& query,
                          const boost::json::object& body);
  PodAnswer create_policy(const boost::json::object& values);
  PodAnswer change_policy(PodPolicy&, const boost::json::object& values);
  PodAnswer delete_policy(PodPolicy&);
  PodAnswer rule_call(const std::string& method, PodPolicy&, const Path&, const boost::json::object& body);
  PodAnswer create_rule(PodPolicy&, const std::string& type, const boost::json::object& values);
  PodAnswer change_rule(PodPolicy&, const std::string& type, const std::string& id, const boost::json::object& values);
  PodAnswer delete_rule(PodPolicy&, const std::string& type, const std::string& id);
  PodAnswer tag(const Path&);
  PodAnswer object_call(const http::OutRequest&, const Path&, const std::string& query,
                        const boost::json::object& body);
  PodAnswer list_objects(const std::string& type, const http::Query& asked) const;
  PodAnswer bind(const std::string& id, PodObject&, const std::string& if_match, const boost::json::object& values);

  const base::Clock& clock_;
  Watcher& watcher_;
  std::int64_t ids_ = 0;
};

PodAnswer neutron_error(int status, const std::string& type, const std::string& message);

}  // namespace tricircle::sim
