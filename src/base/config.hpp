// The oslo-style INI file that operators know (/etc/tricircle/tricircle.conf): one table of options drives parsing and
// the option reference. Read once at start, then constant. Throws base::Error with file and line; an unknown key is an
// error.
#pragma once
#include "base/clock.hpp"
#include "base/pod_section.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace tricircle::base {

struct Config {
  // [DEFAULT]
  std::string bind_host = "127.0.0.1";
  std::int64_t bind_port = 9696;
  std::int64_t max_connections = 4096;
  Micros request_timeout = 30 * kSecond;
  Micros client_socket_timeout = 60 * kSecond;
  std::string transport_url;
  std::string log_file;
  bool debug = false;
  std::string log_format = "text";
  std::string metrics_listen;
  // [ssl]
  std::string ssl_cert_file;
  std::string ssl_key_file;
  // [database]
  std::string connection;
  // [keystone_authtoken]
  std::string auth_url;
  std::string www_authenticate_uri;
  std::string auth_type = "password";
  std::string username;
  std::string password;  // never printed
  std::string project_name;
  std::string user_domain_id;
  std::string user_domain_name;
  std::string project_domain_id;
  std::string project_domain_name;
  std::string region_name;
  std::string cafile;
  Micros token_cache_time = 300 * kSecond;
  // [agent]; beside [DEFAULT] transport_url and control_exchange
  std::string control_exchange = "neutron";
  bool broker_ssl = false;
  std::string broker_ssl_ca_file;
  std::string notification_topic = "notifications";
  std::string agent_queue;
  std::string link_networks = "tag";
  std::int64_t reports_per_second = 100;
  Micros sweep_interval = 300 * kSecond;
  Micros poll_interval = 10 * kSecond;
  // [oslo_policy]
  std::string policy_file;
  // [QUOTAS]; -1 = no limit
  std::int64_t quota_network = 100;
  std::int64_t quota_subnet = 100;
  std::int64_t quota_port = 500;
  std::int64_t quota_rbac_policy = 10;
  // [xjob]; times in seconds in the file, fractions allowed
  Micros lease = 5 * kSecond;
  Micros settle = 30 * kSecond;
  Micros call_deadline = 30 * kSecond;
  Micros poll = 100 * kMillisecond;
  Micros first_backoff = 200 * kMillisecond;
  Micros longest_backoff = 60 * kSecond;
  Micros probe_first = 1 * kSecond;
  Micros probe_longest = 4 * kSecond;
  Micros longest_retry_after = 600 * kSecond;
  Micros drain = 30 * kSecond;
  Micros job_retention = 7 * 86'400 * kSecond;
  Micros failed_job_retention = 30 * 86'400 * kSecond;
  Micros audit_interval = 300 * kSecond;
  Micros unused_copy_grace = 86'400 * kSecond;
  Micros sync_timeout = 10 * kSecond;
  std::string disassociate_port = "sync";
  std::int64_t in_flight = 1024;
  std::int64_t in_flight_per_pod = 16;
  // [pod:REGION]
  std::map<std::string, PodSection> pods;
};

Config parse_config(const std::string& text, const std::string& name);  // `name` for error messages
Config read_config(const std::filesystem::path& file);                  // at most 1 MiB
std::string config_reference();  // every option with its section, default and meaning, for people

}  // namespace tricircle::base
