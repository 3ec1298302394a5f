// From records to what a client sees: attributes in the catalogue's order, tenant_id beside project_id, times as text,
// without what the caller may not see. Also fills in what other tables say (tags, subnets, rules). Any thread.
#pragma once
#include "api/caller.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::api {

using Fields = std::vector<std::string>;  // empty = all

Fields asked_fields(const http::Query&);

// Adds the derived attributes that no column has, as far as they are asked for.
void add_derived(storage::Connection&, const domain::Resource&, const Fields&, std::span<domain::Record>);

// Of a record with its facts (access.hpp).
boost::json::object shown(const domain::Resource&, const domain::Record&, const Caller&, const Fields& = {});

// A rule, of a resource that has no id, type and policy of its own. With these two as in policy.rules and bulk answers.
boost::json::object shown_rule(const domain::Resource&, const domain::Record& rule, const Fields& = {});
boost::json::object shown_rule_of_policy(const domain::Resource&, const domain::Record& rule);

http::Response json_response(int status, const boost::json::value& body);
http::Response no_content();

}  // namespace tricircle::api
