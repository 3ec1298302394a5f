// When a network or port may have a QoS policy. Inside the caller's writing transaction: a chosen policy's row is
// written first (met), so that of an association and a delete of the policy one waits. Any thread; throws base::Error.
#pragma once
#include "api/caller.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <string>

namespace tricircle::api {

// A request names the policy. `before`: the one that stands ("" = none), `wanted`: the one to be. `network`: the
// network itself, or the port's.
void check_association(storage::Connection&, const Caller&, const std::string& before, const std::string& wanted,
                       const domain::Record& network);

// The network, as it is to be, must be able to have the policy's rules.
void refuse_unsupported(storage::Connection&, const std::string& policy_id, const domain::Record& network);

// A rule of this type is about to be added to the policy: what uses the policy must be able to have it.
void check_users_support(storage::Connection&, const std::string& policy_id, std::string_view rule_type);

// Placement has given machines on these ports what the policy guarantees: that cannot be changed under them (501).
void refuse_guarantee_in_use(storage::Connection&, const std::string& policy_id);

// QosPolicyInUse.
void refuse_policy_in_use(storage::Connection&, const std::string& policy_id);

// Writes the policy's row; false: there is none.
bool meet_policy(storage::Connection&, const std::string& policy_id);

}  // namespace tricircle::api
