// What every handler of one Neutron server works with. Owned by Neutron, which outlives its handlers; any thread.
#pragma once
#include "api/plugin.hpp"
#include "base/clock.hpp"
#include "storage/database.hpp"

namespace tricircle::api {

struct Services {
  storage::Database& db;
  const base::Clock& clock;
  Plugin& plugin;
};

}  // namespace tricircle::api
