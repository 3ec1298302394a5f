// The header Retry-After: how long a server asks to be left alone. Plain function; any thread.
#pragma once
#include "base/clock.hpp"

#include <optional>
#include <string>

namespace tricircle::http {

// Seconds or an HTTP date, as a time from `now` on; 0 when that is past. nullopt: no such header, or nonsense. At most
// a day: nobody is believed for longer.
std::optional<base::Micros> retry_after(const std::string& header, base::Micros now);

}  // namespace tricircle::http
