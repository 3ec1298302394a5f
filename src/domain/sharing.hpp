// The words of RBAC entries: what may be shared, how, and with whom. Constant data; any thread; no throw.
#pragma once
#include "domain/catalogue.hpp"

#include <string_view>

namespace tricircle::domain {

inline constexpr std::string_view kAsShared = "access_as_shared";
inline constexpr std::string_view kAsExternal = "access_as_external";  // networks only
inline constexpr std::string_view kEveryone = "*";

const Resource* shareable(std::string_view object_type);  // "network", "qos_policy"; null: no such type
std::string_view rbac_type(const Resource&);              // the other way round

}  // namespace tricircle::domain
