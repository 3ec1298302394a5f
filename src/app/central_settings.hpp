// What the centre's API runs with, beside its store and its callers. Plain values; any thread.
#pragma once
#include "api/caller.hpp"
#include "api/central_plugin.hpp"
#include "api/services.hpp"

namespace tricircle::app {

struct CentralSettings {
  api::CentralOptions plugin;
  api::QuotaDefaults quotas;
  api::AccessRules rules = api::default_rules();
};

}  // namespace tricircle::app
