// What pods have of policies, as the Admin API shows it: rows of /v1.0/copies and /v1.0/bindings.
#pragma once
#include "api/admin_support.hpp"

#include <limits>

namespace tricircle::api {

// In the order of central ids and pods. `words`: the caller may read the words of errors.
inline constexpr std::int64_t kAllRows = std::numeric_limits<std::int64_t>::max() - 1;
boost::json::array shown_copies(storage::Connection&, RowFilter, bool words, std::int64_t limit = kAllRows);
boost::json::array shown_bindings(storage::Connection&, RowFilter, bool words, std::int64_t limit = kAllRows);

}  // namespace tricircle::api
