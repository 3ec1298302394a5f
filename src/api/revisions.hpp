// If-Match: revision_number=N. Pure, any thread.
#pragma once
#include "domain/catalogue.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <optional>

namespace tricircle::api {

// What the request insists on; anything else in the header is ignored, as Neutron does. Throws base::Error
// (bad_request) when that is no number.
std::optional<std::int64_t> asked_revision(const http::Request&);

// Throws base::Error (precondition_failed) when `asked` is another than the object's.
void check_revision(std::optional<std::int64_t> asked, const domain::Record& before);

}  // namespace tricircle::api
