// Finding one object for a caller: what is not here is asked of the plugin, what he may not see is not there. Inside
// the handler's transaction, any thread; throws base::Error (not_found) and what the plugin throws (Deferred).
#pragma once
#include "api/services.hpp"
#include "domain/catalogue.hpp"

#include <string>

namespace tricircle::api {

domain::Record found(const Services&, storage::Connection&, Call&, const domain::Resource&, const std::string& id);

// The plugin is told of those that are asked for and not here.
void ask_for_missing(const Services&, storage::Connection&, Call&, const domain::Resource&,
                     const std::vector<storage::Value>& ids);

}  // namespace tricircle::api
