// How much of a resource a project may have: the operator's defaults, and rows of table quotas over them. Any thread;
// throws base::Error.
#pragma once
#include "api/router.hpp"
#include "api/services.hpp"

#include <string>
#include <string_view>

namespace tricircle::api {

// Before one more object of `resource` is made for the project, inside its transaction. Throws OverQuota (conflict).
void check_quota(storage::Connection&, const QuotaDefaults&, std::string_view resource, const std::string& project_id);

void add_quota_routes(Router&, const Services&);

}  // namespace tricircle::api
