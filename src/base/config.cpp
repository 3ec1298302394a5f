#include "base/config.hpp"

#include "base/config_values.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <variant>

namespace tricircle::base {
namespace {

using reading::boolean;
using reading::fail;
using reading::number;
using reading::seconds;
using reading::trimmed;

constexpr std::uintmax_t kLargestFile = 1 << 20;

struct Seconds {
  Micros Config::* field;
};
// A whole number, or a negative one for no limit.
struct Limit {
  std::int64_t Config::* field;
};
using Field = std::variant<std::string Config::*, std::int64_t Config::*, bool Config::*, Seconds, Limit>;

struct Option {
  std::string_view section;
  std::string_view name;
  Field field;
  std::string_view help;
};

const Option kOptions[] = {
    {"DEFAULT", "bind_host", &Config::bind_host, "Address that the API listens on, unless --listen says otherwise"},
    {"DEFAULT", "bind_port", &Config::bind_port, "Port that the API listens on, unless --listen says otherwise"},
    {"DEFAULT", "max_connections", &Config::max_connections,
     "Connections to the API at a time, at most half of the files that the process may open; more: those are closed "
     "that have waited longest for their clients"},
    {"DEFAULT", "request_timeout", Seconds{&Config::request_timeout},
     "How long a request may take to come, and its answer to be taken"},
    {"DEFAULT", "client_socket_timeout", Seconds{&Config::client_socket_timeout},
     "How long a connection may be silent between requests"},
    {"DEFAULT", "transport_url", &Config::transport_url,
     "Message broker. central and xjob: hints between machines; empty: due work is looked for every [xjob] poll. "
     "Agent: "
     "the pod's own, as its Neutron is given it; empty: the pod is looked at every poll_interval"},
    {"DEFAULT", "control_exchange", &Config::control_exchange, "Agent: the exchange of Neutron's notifications"},
    {"DEFAULT", "log_file", &Config::log_file, "File that log lines go to; empty: standard error"},
    {"DEFAULT", "debug", &Config::debug, "Log each request and each call to a pod"},
    {"DEFAULT", "log_format", &Config::log_format, "text: key=value; json: each line an object"},
    {"DEFAULT", "metrics_listen", &Config::metrics_listen,
     "xjob and agent: ADDR:PORT of /metrics, /healthz and /readyz, unless --metrics says otherwise; empty: none"},
    {"ssl", "cert_file", &Config::ssl_cert_file,
     "central, local and up: the API speaks TLS with this certificate, and behind it those between it and its "
     "authority, in PEM form; empty: plain HTTP"},
    {"ssl", "key_file", &Config::ssl_key_file,
     "Its key in PEM form, without a passphrase; empty: it stands in cert_file"},
    {"database", "connection", &Config::connection,
     "sqlite:////absolute/file.db, or mysql://user:password@host,host:port/database?ssl_ca=/file; empty: central.db in "
     "the state folder"},
    {"keystone_authtoken", "auth_url", &Config::auth_url,
     "Keystone, for the service's own token and to check callers'; empty: no auth"},
    {"keystone_authtoken", "www_authenticate_uri", &Config::www_authenticate_uri, "Keystone as clients reach it"},
    {"keystone_authtoken", "auth_type", &Config::auth_type, "Only password is known"},
    {"keystone_authtoken", "username", &Config::username, "Service user that calls the pods"},
    {"keystone_authtoken", "password", &Config::password, "Its password"},
    {"keystone_authtoken", "project_name", &Config::project_name, "Its project"},
    {"keystone_authtoken", "user_domain_id", &Config::user_domain_id, "Domain of the user, by id"},
    {"keystone_authtoken", "user_domain_name", &Config::user_domain_name, "Domain of the user, by name"},
    {"keystone_authtoken", "project_domain_id", &Config::project_domain_id, "Domain of the project, by id"},
    {"keystone_authtoken", "project_domain_name", &Config::project_domain_name, "Domain of the project, by name"},
    {"keystone_authtoken", "region_name", &Config::region_name, "Region of this service"},
    {"keystone_authtoken", "cafile", &Config::cafile, "Certificate authority for TLS; empty: the system's"},
    {"keystone_authtoken", "token_cache_time", Seconds{&Config::token_cache_time},
     "How long a caller's token is believed without asking again; 0 = ask each time"},
    {"oslo_messaging_notifications", "topics", &Config::notification_topic,
     "Agent: topic of Neutron's notifications; it binds TOPIC.info"},
    {"oslo_messaging_rabbit", "ssl", &Config::broker_ssl, "TLS to the broker, its certificate verified"},
    {"oslo_messaging_rabbit", "ssl_ca_file", &Config::broker_ssl_ca_file,
     "Certificate authority of the broker; empty: the system's"},
    {"agent", "queue", &Config::agent_queue, "The agent's own queue; empty: tricircle.agent.REGION"},
    {"agent", "link_networks", &Config::link_networks,
     "Which networks of the pod are tied to central ones by themselves. none; tag: those tagged tricircle:CENTRAL_ID; "
     "name: also those with the name and project of exactly one central network"},
    {"agent", "reports_per_second", &Config::reports_per_second, "At most so many reports to the centre"},
    {"agent", "sweep_interval", Seconds{&Config::sweep_interval},
     "How often all that the pod has is compared with what the centre was told"},
    {"agent", "poll_interval", Seconds{&Config::poll_interval}, "The same, where there is no broker"},
    {"oslo_policy", "policy_file", &Config::policy_file,
     "Access rules over the built-in ones; empty: policy.yaml beside this file, when it is there"},
    {"QUOTAS", "quota_network", Limit{&Config::quota_network}, "Networks that a project may have; -1 = no limit"},
    {"QUOTAS", "quota_subnet", Limit{&Config::quota_subnet}, "Subnets that a project may have"},
    {"QUOTAS", "quota_port", Limit{&Config::quota_port}, "Ports that a project may have"},
    {"QUOTAS", "quota_rbac_policy", Limit{&Config::quota_rbac_policy}, "RBAC policies that a project may have"},
    {"xjob", "lease", Seconds{&Config::lease}, "A worker whose heartbeat stands still for so long is dead"},
    {"xjob", "settle", Seconds{&Config::settle}, "How long after its deadline a lost call may still take effect"},
    {"xjob", "call_deadline", Seconds{&Config::call_deadline}, "Longest call to a pod"},
    {"xjob", "poll", Seconds{&Config::poll}, "How often due work is looked for when no hint comes"},
    {"xjob", "first_backoff", Seconds{&Config::first_backoff}, "Wait after a first failure; doubles from there"},
    {"xjob", "longest_backoff", Seconds{&Config::longest_backoff}, "Longest wait between tries"},
    {"xjob", "probe_first", Seconds{&Config::probe_first}, "First probe of a pod that did not answer"},
    {"xjob", "probe_longest", Seconds{&Config::probe_longest}, "Longest time between probes"},
    {"xjob", "longest_retry_after", Seconds{&Config::longest_retry_after},
     "A pod that asks for more (Retry-After) is left alone for so long"},
    {"xjob", "drain", Seconds{&Config::drain}, "How long runs may go on to their end after SIGTERM"},
    {"xjob", "job_retention", Seconds{&Config::job_retention}, "How long jobs that succeeded are kept; 0 = for ever"},
    {"xjob", "failed_job_retention", Seconds{&Config::failed_job_retention},
     "How long jobs that failed are kept; 0 = for ever"},
    {"xjob", "audit_interval", Seconds{&Config::audit_interval},
     "How often each pod is read and compared; 0 = when it is asked for"},
    {"xjob", "unused_copy_grace", Seconds{&Config::unused_copy_grace},
     "A copy that nothing in its pod uses is removed after so long; 0 = never"},
    {"xjob", "sync_timeout", Seconds{&Config::sync_timeout}, "How long taking a policy off a port waits for its pods"},
    {"xjob", "disassociate_port", &Config::disassociate_port, "sync: pods let go first; async: by a job"},
    {"xjob", "in_flight", &Config::in_flight, "Runs at a time in one process"},
    {"xjob", "in_flight_per_pod", &Config::in_flight_per_pod, "Runs at a time in one process against one pod"},
};

struct Assign {
  Config& config;
  std::string_view text;
  const std::string& where;
  void operator()(std::string Config::* field) const { config.*field = text; }
  void operator()(std::int64_t Config::* field) const { config.*field = number(text, where); }
  void operator()(bool Config::* field) const { config.*field = boolean(text, where); }
  void operator()(Limit field) const {
    config.*field.field = std::max<std::int64_t>(reading::any_number(text, where), -1);
  }
  void operator()(Seconds field) const { config.*field.field = seconds(text, where); }
};

struct Show {
  const Config& config;
  std::string operator()(std::string Config::* field) const { return config.*field; }
  std::string operator()(std::int64_t Config::* field) const { return std::to_string(config.*field); }
  std::string operator()(bool Config::* field) const { return config.*field ? "true" : "false"; }
  std::string operator()(Limit field) const { return std::to_string(config.*field.field); }
  std::string operator()(Seconds field) const { return reading::seconds_text(config.*field.field); }
};

void take_line(Config& config, std::string& section, std::string_view line, const std::string& where) {
  if (line.empty() || line.front() == '#' || line.front() == ';') return;
  if (line.front() == '[') {
    if (line.back() != ']') fail(where, "a section reads [name]");
    section = line.substr(1, line.size() - 2);
    if (is_pod_section(section)) config.pods[region_of_section(section, where)];
    return;
  }
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) fail(where, "an option reads name = value");
  const std::string_view name = trimmed(line.substr(0, equals));
  if (is_pod_section(section)) {
    PodSection& pod = config.pods[region_of_section(section, where)];
    if (take_pod_option(pod, name, trimmed(line.substr(equals + 1)), where)) return;
  }
  for (const Option& option : kOptions) {
    if (option.section != section || option.name != name) continue;
    std::visit(Assign{config, trimmed(line.substr(equals + 1)), where}, option.field);
    return;
  }
  fail(where, "[" + section + "] " + std::string(name) + " is not known");
}

void check(const Config& config, const std::string& name) {
  if (config.disassociate_port != "sync" && config.disassociate_port != "async")
    fail(name, "[xjob] disassociate_port is sync or async");
  if (config.log_format != "text" && config.log_format != "json") fail(name, "[DEFAULT] log_format is text or json");
  if (config.auth_type != "password") fail(name, "[keystone_authtoken] auth_type: only password is known");
  if (config.link_networks != "none" && config.link_networks != "tag" && config.link_networks != "name")
    fail(name, "[agent] link_networks is none, tag or name");
  if (config.reports_per_second == 0 || config.reports_per_second > 100'000)
    fail(name, "[agent] reports_per_second: 1 to 100000");
  if (config.sweep_interval == 0 || config.poll_interval == 0)
    fail(name, "[agent] sweep_interval and poll_interval: more than 0");
  if (!config.ssl_key_file.empty() && config.ssl_cert_file.empty())
    fail(name, "[ssl] key_file has no certificate: give cert_file too");
  if (config.max_connections == 0) fail(name, "[DEFAULT] max_connections: at least 1");
  if (config.request_timeout == 0 || config.client_socket_timeout == 0)
    fail(name, "[DEFAULT] request_timeout and client_socket_timeout: more than 0");
  if (config.bind_port > 65535) fail(name, "[DEFAULT] bind_port is at most 65535");
  if (config.in_flight == 0 || config.in_flight_per_pod == 0) fail(name, "[xjob] in_flight: at least 1");
  for (const auto& [region, pod] : config.pods) check_pod_section(region, pod, config.call_deadline, name);
}

}  // namespace

Config parse_config(const std::string& text, const std::string& name) {
  Config config;
  std::string section = "DEFAULT";
  std::string_view rest = text;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    take_line(config, section, trimmed(rest.substr(0, end)), name + ":" + std::to_string(line));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  check(config, name);
  return config;
}

Config read_config(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) fail(file.string(), "cannot be read: " + error.message());
  if (size > kLargestFile) fail(file.string(), "is larger than 1 MiB");
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.good() && !stream.eof()) fail(file.string(), "cannot be read");
  return parse_config(text, file.string());
}

std::string config_reference() {
  const Config defaults;
  std::string text;
  std::string_view section;
  for (const Option& option : kOptions) {
    if (option.section != section) text += "\n[" + std::string(option.section) + "]\n";
    section = option.section;
    text += "# " + std::string(option.help) + "\n" + std::string(option.name) + " = " +
            std::visit(Show{defaults}, option.field) + "\n";
  }
  return text.substr(1) + pod_section_reference();
}

}  // namespace tricircle::base
