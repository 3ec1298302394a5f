// What a role runs with: the configuration file with the command line laid over it. Throws base::Error for what is
// wrong.
#pragma once
#include "agent/options.hpp"
#include "app/central_settings.hpp"
#include "app/front.hpp"
#include "app/run.hpp"
#include "bus/broker.hpp"
#include "engine/worker.hpp"
#include "remote/identities.hpp"
#include "xjob/context.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace tricircle::app {

struct Settings {
  std::filesystem::path state;
  Listening listening;
  std::string metrics_listen;  // xjob: '' = nowhere
  std::string connection;      // '' = the SQLite file in `state`
  std::optional<bus::Broker> hint_broker;
  remote::Logins logins;
  engine::Options engine;
  xjob::Upkeep upkeep;
  CentralSettings central;
  base::Micros drain = 0;
  bool keystone = false;           // callers bring tokens
  std::string keystone_for_users;  // as clients reach it
  base::Micros token_cache_time = 0;
};

// none: the role serves nobody. asks: it must be told to do without authentication. keystone: so it must, unless
// Keystone is configured. open: no authentication is its default (`up`).
enum class Door { none, asks, keystone, open };

// Also configures the log.
Settings load_settings(const RunOptions&, Door);

struct AgentSettings {
  remote::Logins logins;
  agent::Options agent;
  std::string metrics_listen;  // '' = nowhere
};
AgentSettings load_agent_settings(const RunOptions&);  // also configures the log

// Who is believed whatever he says is believed on a loopback address only.
void refuse_open_door(const std::string& listen);

}  // namespace tricircle::app
