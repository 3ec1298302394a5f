// What a port asks of Placement: its minimum rules as Neutron tells Nova. Inside the caller's transaction; any thread.
#pragma once
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <span>

namespace tricircle::api {

// Sets `resource_request` of whole port records: null where no minimum rule holds for the port.
void add_resource_requests(storage::Connection&, std::span<domain::Record> ports);

}  // namespace tricircle::api
