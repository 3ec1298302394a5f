// An edit as people type it, as the call that it is: "add bandwidth_limit max_kbps=1000" -> POST
// .../bandwidth_limit_rules. Main thread. Throws CommandFailed (2) for words that are no edit.
#pragma once
#include "app/admin_client.hpp"

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace tricircle::app {

// The ways to say it, for --help.
inline constexpr char kEdits[] =
    "set NAME=VALUE...          of the policy: name, description, shared, is_default\n"
    "  add TYPE NAME=VALUE...     a rule: bandwidth_limit, dscp_marking, minimum_bandwidth,\n"
    "                             packet_rate_limit, minimum_packet_rate\n"
    "  change RULE NAME=VALUE...  a rule, by its id or its type\n"
    "  remove RULE                a rule, likewise\n"
    "  bind network|port ID       the policy to it; with `none` for the policy: take off what it has\n"
    "  delete                     the policy";

// {"method", "path", "body"}. `policy`: id, name, or "none".
boost::json::object planned_edit(AdminClient&, const std::string& policy, const std::vector<std::string>& words);

}  // namespace tricircle::app
