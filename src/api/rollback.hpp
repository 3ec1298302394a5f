// Back to an older version of a policy: a new change, with the checks of any other, all of it or nothing.
#pragma once
#include "engine/job.hpp"
#include "storage/connection.hpp"
#include "xjob/policy_versions.hpp"

#include <string>

namespace tricircle::api {

// Inside the caller's transaction. Throws base::Error: what a change of the policy or of its rules would.
void roll_back(storage::Connection&, const std::string& policy_id, const xjob::PolicyVersion&, const engine::Cause&);

}  // namespace tricircle::api
