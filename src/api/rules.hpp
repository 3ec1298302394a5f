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
  http::Response show(Call&, const std::string& policy_id, const std::string& id, const std::string& key) const;
  http::Response update(Call&, const std::string& policy_id, const std::string& id, const std::string& key) const;
  http::Response remove(Call&, const std::string& policy_id, const std::string& id) const;

  std::string policy_for(Call&, const std::string& id) const;  // throws base::Error (not_found)

 private:
  domain::Record readable_policy(storage::Connection&, Call&, const std::string& policy_id) const;
  // Written first: of two changes of one policy's rules one must see the other.
  domain::Record writable_policy(storage::Connection&, Call&, const std::string& policy_id,
                                 std::string_view verb) const;
  domain::Record rule_of(storage::Connection&, const std::string& policy_id, const std::string& id) const;
  domain::Record add(storage::Connection&, const std::string& policy_id, const boost::json::object& given,
                     std::vector<domain::Record>& rules) const;
  domain::Record change(storage::Connection&, const domain::Record& before, const domain::Record& changes) const;
  void changed(storage::Connection&, Call&, Verb, const domain::Record& policy, const domain::Record* before,
               const domain::Record* after) const;

  const Services& services_;
  const domain::RuleType& type_;
};

void add_rule_routes(Router&, const Services&);

}  // namespace tricircle::api
