// The central policy as pods must have it, read from the centre's own rows. Inside the caller's transaction.
#pragma once
#include "domain/qos_plan.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>

namespace tricircle::xjob {

struct CentralPolicy {
  domain::PolicyWish wish;
  std::string project_id;
  std::int64_t intent = 0;
};

std::optional<CentralPolicy> find_central_policy(storage::Connection&, const std::string& policy_id);
std::optional<std::int64_t> central_intent(storage::Connection&, const std::string& policy_id);  // of that, alone

// The attributes of `given` that are copied to pods (of a policy; of a rule of the type).
domain::Record copied_attributes(const domain::Resource&, const domain::Record& given);

// A pod's answer about its policy, as plan_copy takes it. Rules of types unknown here are left out: not ours to touch.
std::vector<domain::CopyRule> copy_rules_of(const domain::Record& policy);

}  // namespace tricircle::xjob
