// What every handler of one Neutron server works with. Owned by Neutron, which outlives its handlers; any thread.
#pragma once
#include "api/plugin.hpp"
#include "base/clock.hpp"
#include "storage/database.hpp"

#include <cstdint>

namespace tricircle::api {

// What a project may have where an operator has not said otherwise for it; -1 = as much as it wants.
struct QuotaDefaults {
  std::int64_t network = -1;
  std::int64_t subnet = -1;
  std::int64_t port = -1;
  std::int64_t rbac_policy = -1;
};

struct Services {
  storage::Database& db;
  const base::Clock& clock;
  Plugin& plugin;
  QuotaDefaults quotas;
};

}  // namespace tricircle::api
