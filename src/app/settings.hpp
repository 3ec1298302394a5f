// What a role runs with: the configuration file with the command line laid over it. Throws base::Error for what is
// wrong.
#pragma once
#include "api/central_plugin.hpp"
#include "app/run.hpp"
#include "engine/worker.hpp"
#include "remote/credentials.hpp"

#include <filesystem>
#include <string>

namespace tricircle::app {

struct Settings {
  std::filesystem::path state;
  std::string listen;
  std::string connection;  // '' = the SQLite file in `state`
  remote::Credentials credentials;
  engine::Options engine;
  api::CentralOptions central;
};

// Also configures the log. `auth_wanted`: the role serves tenants, so it must be told to do without authentication,
// which is taken on loopback only.
Settings load_settings(const RunOptions&, bool auth_wanted);

}  // namespace tricircle::app
