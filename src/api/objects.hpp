// Neutron's objects in the store, read and written through the catalogue: the only SQL there is for networks, subnets,
// ports and policies as whole rows. Inside the caller's transaction, any thread; throws base::Error and DbError.
#pragma once
#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::api {

// The whole row with its derived columns, and the columns of ours (intent, met, from_centre, made_for) where it has
// them.
std::optional<domain::Record> find_object(storage::Connection&, const domain::Resource&, const std::string& id);

// The object as these changes would have it.
domain::Record merged(domain::Record, const domain::Record& changes);

// Inserts all columns that `record` has; sets created_at, updated_at, revision_number.
void insert_object(storage::Connection&, const domain::Resource&, domain::Record& record, base::Micros now);

// Writes `changes`, bumps revision_number and updated_at.
void update_object(storage::Connection&, const domain::Resource&, const std::string& id, const domain::Record& changes,
                   base::Micros now);

void delete_object(storage::Connection&, const domain::Resource&, const std::string& id);

}  // namespace tricircle::api
