#include "app/settings.hpp"

#include "base/config.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "http/url.hpp"
#include "remote/logins.hpp"

namespace tricircle::app {
namespace {

engine::Options engine_of(const base::Config& config) {
  engine::Options options;
  options.lease = config.lease;
  options.beat = std::min(options.beat, config.lease / 4);
  options.stop_calling = config.lease * 3 / 5;
  options.call_deadline = config.call_deadline;
  options.settle = config.settle;
  options.poll = config.poll;
  options.first_backoff = config.first_backoff;
  options.longest_backoff = config.longest_backoff;
  options.first_probe = config.probe_first;
  options.longest_probe = config.probe_longest;
  options.longest_retry_after = config.longest_retry_after;
  options.job_retention = config.job_retention;
  options.failed_job_retention = config.failed_job_retention;
  options.in_flight = static_cast<std::size_t>(config.in_flight);
  options.in_flight_per_pod = static_cast<std::size_t>(config.in_flight_per_pod);
  return options;
}

Listening listening_of(const base::Config& config, const std::string& listen) {
  const auto rounded = [](base::Micros micros) {
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(micros));
  };
  return {listen.empty() ? config.bind_host + ":" + std::to_string(config.bind_port) : listen,
          static_cast<std::size_t>(config.max_connections),
          rounded(config.client_socket_timeout),
          rounded(config.request_timeout),
          config.ssl_cert_file,
          config.ssl_key_file};
}

std::optional<bus::Broker> broker_of(const base::Config& config) {
  if (config.transport_url.empty()) return std::nullopt;
  bus::Broker broker = bus::parse_transport_url(config.transport_url);
  broker.tls = config.broker_ssl;
  broker.ca_file = config.broker_ssl_ca_file;
  return broker;
}

}  // namespace

void refuse_open_door(const std::string& listen) {
  const http::Endpoint endpoint = http::parse_listen(listen);
  if (http::is_loopback(endpoint)) return;
  throw base::Error(base::ErrorKind::unprocessable, "",
                    "--no-auth is taken on a loopback address only, not on " + endpoint.host);
}

namespace {

void refuse_to_guess(const RunOptions& options, Door door) {
  if (options.no_auth || door == Door::none || door == Door::open) return;
  const std::string other =
      door == Door::keystone ? "give [keystone_authtoken] auth_url, or say" : "this role believes its callers: say";
  throw base::Error(base::ErrorKind::unprocessable, "",
                    other + " --no-auth, which is taken on a loopback address only");
}

// A file that is named must be there; policy.yaml beside the configuration is taken when it is.
api::AccessRules rules_of(const base::Config& config, const std::filesystem::path& config_file) {
  if (config_file.empty()) return api::default_rules();
  const std::filesystem::path folder = std::filesystem::absolute(config_file).parent_path();
  if (!config.policy_file.empty()) return std::make_shared<const access::Policy>(folder / config.policy_file);
  const std::filesystem::path beside = folder / "policy.yaml";
  if (!std::filesystem::exists(beside)) return api::default_rules();
  return std::make_shared<const access::Policy>(beside);
}

}  // namespace

Settings load_settings(const RunOptions& options, Door door) {
  const base::Config config = options.config.empty() ? base::Config() : base::read_config(options.config);
  base::configure_log({config.log_file, config.debug, config.log_format == "json"});
  Settings settings;
  settings.state = std::filesystem::absolute(options.state);
  settings.listening = listening_of(config, options.listen);
  settings.keystone = door == Door::keystone && !options.no_auth && !config.auth_url.empty();
  settings.keystone_for_users = config.www_authenticate_uri.empty() ? config.auth_url : config.www_authenticate_uri;
  settings.token_cache_time = config.token_cache_time;
  if (!settings.keystone) {
    refuse_to_guess(options, door);
    if (door != Door::none) refuse_open_door(settings.listening.at);
  }
  settings.metrics_listen = options.metrics.empty() ? config.metrics_listen : options.metrics;
  settings.connection = config.connection;
  settings.hint_broker = broker_of(config);
  settings.logins = remote::logins_of(config);
  settings.engine = engine_of(config);
  settings.upkeep.audit_interval = config.audit_interval;
  settings.upkeep.unused_copy_grace = config.unused_copy_grace;
  settings.drain = config.drain;
  settings.central.rules = rules_of(config, options.config);
  settings.central.quotas = {config.quota_network, config.quota_subnet, config.quota_port, config.quota_rbac_policy};
  settings.central.plugin.sync_timeout = config.sync_timeout;
  settings.central.plugin.release_ports_synchronously = config.disassociate_port == "sync";
  return settings;
}

AgentSettings load_agent_settings(const RunOptions& options) {
  const base::Config config = options.config.empty() ? base::Config() : base::read_config(options.config);
  base::configure_log({config.log_file, config.debug, config.log_format == "json"});
  AgentSettings settings{
      remote::logins_of(config), {}, options.metrics.empty() ? config.metrics_listen : options.metrics};
  agent::Options& agent = settings.agent;
  agent.region = options.region;
  agent.central_url = options.central_url;
  while (agent.central_url.ends_with('/')) agent.central_url.pop_back();
  agent.link = config.link_networks == "none"  ? agent::LinkRule::none
               : config.link_networks == "tag" ? agent::LinkRule::tag
                                               : agent::LinkRule::name;
  agent.reports_per_second = config.reports_per_second;
  agent.sweep = config.sweep_interval;
  agent.poll = config.poll_interval;
  agent.subscription.exchange = config.control_exchange;
  agent.subscription.routing_key = config.notification_topic + ".info";
  agent.subscription.queue = config.agent_queue.empty() ? "tricircle.agent." + options.region : config.agent_queue;
  agent.broker = broker_of(config);
  return settings;
}

}  // namespace tricircle::app
