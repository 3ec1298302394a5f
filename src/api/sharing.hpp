// Who else may use a network or policy: the rows of rbac_policies. `shared` of an object is an entry for everyone.
// Inside the caller's transaction; any thread.
#pragma once
#include "api/access.hpp"
#include "domain/sharing.hpp"

#include <span>

namespace tricircle::api {

// Of an object's table: what an entry gives `project`, by any action or by one.
Condition given_to(const domain::Resource&, const std::string& project, std::string_view action = {});

// Sets `shared` of the records for who asks: also an entry for his own project counts.
void add_shared(storage::Connection&, const domain::Resource&, const Caller&, std::span<domain::Record>);

// Of subnets and ports: whose their network is ("network:project_id") and how it is shared with who asks
// ("network:shared", "network:router:external").
void add_network_facts(storage::Connection&, const Caller&, std::span<domain::Record>);

// An entry for everyone; one that is there already stays.
void share_with_all(storage::Connection&, const domain::Resource&, const std::string& id, const std::string& project_id,
                    std::string_view action = domain::kAsShared);
void stop_sharing_with_all(storage::Connection&, const domain::Resource&, const std::string& id);
// All entries of a network that is external no more.
void stop_being_external(storage::Connection&, const std::string& network_id);

// All entries of an object that is deleted.
void stop_sharing(storage::Connection&, const domain::Resource&, const std::string& id);

// Would somebody who uses the object lose it, were its entry for `target` not there?
bool someone_loses(storage::Connection&, const domain::Resource&, const domain::Record& object,
                   const std::string& target);

}  // namespace tricircle::api
