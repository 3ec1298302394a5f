// The rows of all rule types' one table, read and written through the catalogue. Inside the caller's transaction, any
// thread; a rule's record has id, qos_policy_id, type and its type's attributes.
#pragma once
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::api {

std::vector<domain::Record> rules_of(storage::Connection&, const std::vector<storage::Value>& policy_ids);

// The policy of a rule of this type; none: there is no such rule.
std::optional<std::string> policy_of_rule(storage::Connection&, const domain::RuleType&, const std::string& id);

void insert_rule(storage::Connection&, const domain::RuleType&, const domain::Record& rule);
void update_rule(storage::Connection&, const domain::RuleType&, const domain::Record& rule);
void delete_rule(storage::Connection&, const std::string& id);

}  // namespace tricircle::api
