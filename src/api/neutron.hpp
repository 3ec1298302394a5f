// Neutron's v2.0 API over the catalogue: `/`, /v2.0, /v2.0/extensions, networks, subnets, ports, qos. One for the
// centre, one for each embedded pod. handle() is a plain function for pool threads; it throws base::Error.
#pragma once
#include "api/caller.hpp"
#include "api/services.hpp"

#include <memory>
#include <string_view>

namespace tricircle::api {

class Neutron {
 public:
  Neutron(storage::Database&, const base::Clock&, Plugin&, Identify, QuotaDefaults = {});
  ~Neutron();
  http::Reply handle(const http::Request&);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The one table from error kinds to HTTP codes and the one writer of {"NeutronError": {type, message, detail}} (501:
// {"NotImplementedError": ...}); what is no base::Error is logged and becomes a bare 500 without its text, or a 503.
http::Response error_response(const http::Request&, const std::exception_ptr&);

// The store could not be used, and has tried for long enough: 503, the caller may ask again. Not of a write whose end
// is unknown: who asked that again might have it twice.
bool store_is_away(const std::exception&);
inline constexpr std::string_view kStoreIsAway = "The database is temporarily unavailable.";

}  // namespace tricircle::api
