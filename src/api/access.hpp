// Who may see and change what. The rules (oslo.policy's, overridden by the operator's file) decide what a caller may do
// with an object; which objects he can see at all is, as in Neutron, a matter of projects and sharing first. Objects
// that a caller may not see do not exist for him (not_found); those that he sees and may not change are forbidden. Any
// thread; throws base::Error.
#pragma once
#include "api/caller.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tricircle::api {

struct Condition {
  std::string sql = "1 = 1";
  std::vector<storage::Value> parameters;
};

// Administrators, and the services of the cloud (pods, XJob).
bool sees_all(const Caller&);

// For the WHERE of a SELECT over the resource's table.
Condition visible_to(const Caller&, const domain::Resource&);
bool sees(storage::Connection&, const Caller&, const domain::Resource&, const std::string& id);

// Whole records get what rules ask for beyond the row: `shared` for this caller; of what is on a network, the network's
// owner and whether that is shared with him ("network:project_id", "network:shared").
void add_facts(storage::Connection&, const domain::Resource&, const Caller&, std::span<domain::Record>);

domain::Record with_facts(storage::Connection&, const domain::Resource&, const Caller&, domain::Record);

// What rules compare with: a record's plain values, in the words of their language. With its facts it is what all of
// the following are asked about.
access::Target target_of(const domain::Record&);
// The same for who may not need it: few attributes have a rule. The record must outlive it.
class LazyTarget {
 public:
  explicit LazyTarget(const domain::Record& record) : record_(&record) {}
  explicit LazyTarget(access::Target target) : target_(std::move(target)) {}
  const access::Target& get();

 private:
  const domain::Record* record_ = nullptr;
  std::optional<access::Target> target_;
};

bool may_get(const Caller&, const domain::Resource&, const access::Target&);
bool may_get_attribute(const Caller&, const domain::Resource&, std::string_view attribute, LazyTarget&);
// To name another project takes an administrator or a service, before any rule is asked.
void check_own_project(const Caller&, const boost::json::object& given);
// On a network that is seen for being external alone nobody makes anything; `record` has its facts.
void check_network_is_given(const Caller&, const domain::Resource&, const domain::Record& record);
// `given` = the attributes that the request names, coerced; `wanted` = the object to be.
void check_may_create(const Caller&, const domain::Resource&, const domain::Record& given,
                      const domain::Record& wanted);
void check_may_update(const Caller&, const domain::Resource&, const domain::Record& before,
                      const domain::Record& given);
void check_may_delete(const Caller&, const domain::Resource&, const domain::Record& before);
void check_may(const Caller&, const std::string& action, const domain::Record&);

// Of a rule by its endpoint ("policy_dscp_marking_rule", "alias_dscp_marking_rule"); `policy` is null when there is
// none.
void check_may_rule(const Caller&, std::string_view verb, const std::string& rule, const domain::Record* policy);
// Of `project_id`, "" = of any. Everybody may ask for his own.
void check_may_use_quotas(const Caller&, const std::string& action, const std::string& project_id);

}  // namespace tricircle::api
