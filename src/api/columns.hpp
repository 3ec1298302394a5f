// Between SQL columns and JSON values, as the catalogue says: booleans, lists and objects as JSON text. Pure, any
// thread.
#pragma once
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::api {

using Columns = std::vector<const domain::Attribute*>;

storage::Value to_column(const domain::Attribute&, const boost::json::value&);
boost::json::value from_column(const domain::Attribute&, const storage::Row&);

// What a SELECT of a resource's whole rows reads: its columns, those that SQL derives, and ours (intent, met, ...).
Columns readable_columns(const domain::Resource&);
// What may be written: without the derived ones.
Columns writable_columns(const domain::Resource&);

// The rows of "SELECT <columns> FROM <table> <rest>".
std::vector<domain::Record> select_records(storage::Connection&, std::string_view table, const Columns& columns,
                                           std::string_view rest, std::span<const storage::Value> parameters);

std::string text_in(const domain::Record&, std::string_view name);  // "" when absent or null
bool flag_in(const domain::Record&, std::string_view name);         // false when absent
std::int64_t number_in(const domain::Record&, std::string_view name);

}  // namespace tricircle::api
