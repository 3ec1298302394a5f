// The last versions of a policy with its rules, as far as pods must have them: what a rollback goes back to. Rows of
// table policy_versions, which go with their policy. Inside the caller's transaction; throw what the connection throws.
#pragma once
#include "engine/job.hpp"
#include "xjob/central_policy.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::xjob {

inline constexpr std::int64_t kKeptVersions = 20;

struct PolicyVersion {
  std::int64_t version = 0;
  domain::PolicyWish content;
  std::string change_id;  // of the change that made it so; '' = not known
  base::Micros created_at = 0;
};

// Keeps the policy as it stands, unless nothing has changed; what one change does in several steps is one version.
void keep_version(storage::Connection&, const std::string& policy_id, const engine::Cause&);
std::vector<PolicyVersion> versions_of(storage::Connection&, const std::string& policy_id);  // the newest first
std::optional<PolicyVersion> find_version(storage::Connection&, const std::string& policy_id, std::int64_t version);

}  // namespace tricircle::xjob
