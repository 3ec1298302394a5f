// Who may see and change what: the one place that decides it. Objects that a caller may not see do not exist for him
// (not_found); those that he sees and may not change are forbidden. Any thread; throws base::Error.
#pragma once
#include "api/caller.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

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

// `given` = the attributes that the request names, coerced; `wanted` with its project_id.
void check_may_create(const Caller&, const domain::Resource&, const domain::Record& given,
                      const domain::Record& wanted);
void check_may_update(const Caller&, const domain::Resource&, const domain::Record& before,
                      const domain::Record& given);
void check_may_delete(const Caller&, const domain::Resource&, const domain::Record& before);
void check_may_write_rules(const Caller&, std::string_view verb, const domain::Resource& rule);
void check_may_see_drivers(const Caller&);
// Of `project_id` ("" = of any): his own anybody sees.
void check_may_use_quotas(const Caller&, std::string_view action, const std::string& project_id);

}  // namespace tricircle::api
