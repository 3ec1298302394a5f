// What pods have of policies, as the Admin API shows it: rows of /v1.0/copies and /v1.0/bindings.
#pragma once
#include "api/admin_support.hpp"

namespace tricircle::api {

// In the order of central ids and pods. `words`: the caller may read the words of errors.
boost::json::array shown_copies(storage::Connection&, RowFilter, bool words);
boost::json::array shown_bindings(storage::Connection&, RowFilter, bool words);

}  // namespace tricircle::api
