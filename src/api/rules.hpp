// The rules of a policy, all types: below their policy and by id alone (alias). One transaction a call; what a rule
// changes is its policy. Owned by Neutron, any thread; throw base::Error.
#pragma once
#include "api/router.hpp"
#include "api/services.hpp"

namespace tricircle::api {

class Rules {
 public:
  Rules(const Services& services, const domain::RuleType& type) : services_(services), type_(type) {}

  http::Response list(Call&, const std::string& policy_id) const;
  http::Response create(Call&, const std::string& policy_id) const;
  // `below`: the policy that the path names, if it names one. `key`: the rule's in bodies, "dscp_marking_rule" or
  // "alias_dscp_marking_rule".
  using Below = std::optional<std::string>;
  http::Response show(Call&, const Below&, const std::string& id, const std::string& key) const;
  http::Response update(Call&, const Below&, const std::string& id, const std::string& key) const;
  http::Response remove(Call&, const Below&, const std::string& id, const std::string& key) const;

 private:
  std::string policy_for(const std::string& id) const;  // throws base::Error (not_found)
  boost::json::object answer(const Call&, const domain::Record& rule, const std::string& key) const;
  // The endpoint as access rules name it.
  std::string endpoint(const std::string& key) const;
  domain::Record readable_policy(storage::Connection&, Call&, const std::string& policy_id,
                                 const std::string& endpoint) const;
  // Both write the policy first: of two changes of one policy's rules one must see the other.
  domain::Record policy_to_add_to(storage::Connection&, Call&, const std::string& policy_id) const;
  struct PolicyAndRule {
    domain::Record policy;
    domain::Record rule;
  };
  PolicyAndRule to_change(storage::Connection&, Call&, std::string_view verb, const std::string& policy_id,
                          const std::string& id, const std::string& key) const;
  void check_guarantee(storage::Connection&, const std::string& policy_id) const;
  domain::Record rule_of(storage::Connection&, const std::string& policy_id, const std::string& id) const;
  domain::Record add(storage::Connection&, const std::string& policy_id, domain::Record wanted,
                     std::vector<domain::Record>& rules) const;
  domain::Record change(storage::Connection&, const domain::Record& before, const domain::Record& changes) const;
  void changed(storage::Connection&, Call&, Verb, const domain::Record& policy, const domain::Record* before,
               const domain::Record* after) const;

  const Services& services_;
  const domain::RuleType& type_;
};

void add_rule_routes(Router&, const Services&);

}  // namespace tricircle::api
