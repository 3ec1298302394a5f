// The roles of the binary as objects: each owns its parts, built in order, destroyed in reverse. One or several live in
// one process (`up`). start() returns once the role serves; stop() is orderly. Made by main, used from the main thread.
#pragma once
#include "api/admin.hpp"
#include "api/central_plugin.hpp"
#include "api/feed.hpp"
#include "api/keystone_door.hpp"
#include "api/neutron.hpp"
#include "api/plans.hpp"
#include "api/sign_in.hpp"
#include "app/centre_metrics.hpp"
#include "app/front.hpp"
#include "app/settings.hpp"
#include "bus/hint_line.hpp"
#include "engine/hints.hpp"
#include "pod/pod.hpp"
#include "storage/database.hpp"
#include "xjob/service.hpp"
#include "xjob/waits.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace tricircle::app {

// What all roles of a process share.
struct Ground {
  base::SystemClock clock;
  base::Runtime runtime{32};
  http::CurlClient client;
};

// The centre's store with the XJob service on it: `central` has one that runs no jobs, `xjob` one that does.
class Centre {
 public:
  Centre(Ground&, const Settings&);
  void start(bool runs_jobs);
  // No new work is begun; what is under way may end, unless somebody is in a hurry (asked again and again, each time
  // for so long).
  void drain(base::Micros longest, const std::function<bool(base::Micros)>& hurried_within);
  void stop();            // what is still under way is cut short; no other role of the process may call any more
  bool ready();           // the store answers, and takes writes: the heartbeat is fresh
  void work_committed();  // hints all workers: on this machine, and wherever there is the same broker

  storage::Database& database() { return *database_; }
  xjob::Context& context() { return service_->context(); }

 private:
  Ground& ground_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<engine::Hints> hints_;
  std::atomic<bool> answered_ = false;  // the store, when it was asked last
  std::atomic<int> asking_ = 0;         // how many wait to hear whether the store answers
  std::unique_ptr<xjob::Service> service_;
  std::unique_ptr<bus::HintLine> far_hints_;  // null without a broker; ends first, as it calls the service
};

// Callers bring tokens of this Keystone.
struct TokenAuth {
  std::string auth_url;
  std::string ca_file;
  std::string public_url;  // for WWW-Authenticate
  base::Micros cache_time = 0;
};

class CentralApi {
 public:
  // Without `tokens` callers are believed.
  CentralApi(Ground&, Centre&, const CentralSettings&, const std::optional<TokenAuth>& tokens, const Listening&);
  void stop();
  std::uint16_t port() const { return server_->port(); }

 private:
  std::optional<remote::TokenCheck> token_check_;
  std::optional<api::KeystoneDoor> door_;
  api::Identify identify_;
  api::CentralPlugin plugin_;
  api::Neutron neutron_;
  api::Answers answers_;
  xjob::Waits waits_;
  api::Feed feed_;
  std::optional<api::SignIn> sign_in_;
  api::Plans plans_;
  api::Admin admin_;
  CentreMetrics metrics_;
  Front front_;
  std::unique_ptr<http::Server> server_;
};

// Of a role that serves no API: /metrics, /healthz and /readyz, on an address of their own.
class SideDoor {
 public:
  // Null where `listen` is empty.
  static std::unique_ptr<SideDoor> open(Ground&, const std::string& listen, std::function<bool()> ready);
  const std::string& url() const { return url_; }
  void stop() { server_->stop(); }

 private:
  Front front_;
  std::unique_ptr<http::Server> server_;
  std::string url_;
};

class LocalPod {
 public:
  // The host that it listens at is what the centre is told to call.
  LocalPod(Ground&, const std::filesystem::path& state, const std::string& region, const Listening&,
           const std::string& central_url, const std::string& ca_file);
  void start();
  void stop();
  const std::string& url() const { return url_; }
  const std::string& region() const { return region_; }

 private:
  std::string region_;
  std::string url_;
  std::unique_ptr<storage::Database> database_;
  Front front_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<pod::Pod> pod_;
};

}  // namespace tricircle::app
