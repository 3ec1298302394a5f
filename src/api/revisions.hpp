// If-Match: revision_number=N. Pure, any thread.
#pragma once
#include "domain/catalogue.hpp"
#include "http/message.hpp"

namespace tricircle::api {

// Throws base::Error (precondition_failed) when the request insists on another revision; anything else in the header is
// ignored, as Neutron does.
void check_revision(const http::Request&, const domain::Record& before);

}  // namespace tricircle::api
