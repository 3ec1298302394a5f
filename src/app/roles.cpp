#include "app/roles.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "http/url.hpp"

namespace tricircle::app {
namespace {

constexpr base::Micros kLook = 20 * base::kMillisecond;
constexpr int kMostAsking = 4;
constexpr int kGraceSeconds = 5;  // to give the lanes back

std::unique_ptr<storage::Database> opened(const std::string& connection) {
  auto database = storage::open_database(connection);
  storage::upgrade(*database);
  return database;
}

std::string sqlite_url(const std::filesystem::path& file) {
  return "sqlite:///" + std::filesystem::absolute(file).string();
}

bool answers(storage::Database& database) {
  try {
    database.read([](storage::Connection& db) { db.execute("SELECT version FROM schema_version LIMIT 1"); });
    return true;
  } catch (const std::exception& error) {
    base::log::error("store_does_not_answer error=\"{}\"", error.what());
    return false;
  }
}

}  // namespace

Centre::Centre(Ground& ground, const Settings& settings) : ground_(ground) {
  const std::filesystem::path& state = settings.state;
  std::filesystem::create_directories(state);
  database_ = opened(settings.connection.empty() ? sqlite_url(state / "central.db") : settings.connection);
  hints_ = std::make_unique<engine::Hints>(state);
  service_ = std::make_unique<xjob::Service>(ground.runtime, *database_, ground.clock, ground.client, settings.logins,
                                             settings.engine, settings.upkeep, state / "workers");
  if (settings.hint_broker) far_hints_ = std::make_unique<bus::HintLine>(*settings.hint_broker);
}

void Centre::start(bool runs_jobs) {
  const std::function<void()> heard = [this] { service_->hint(); };
  if (runs_jobs) hints_->listen(ground_.runtime, heard);
  service_->start(runs_jobs);
  if (far_hints_) far_hints_->start(runs_jobs ? heard : nullptr);
}

void Centre::drain(base::Micros longest, const std::function<bool(base::Micros)>& hurried_within) {
  engine::Worker& worker = service_->worker();
  const base::Micros until = ground_.clock.monotonic() + longest;
  worker.stop_claiming();
  base::log::info("drain_begun longest_micros={}", longest);
  while (!worker.idle() && ground_.clock.monotonic() < until) {
    if (hurried_within(kLook)) return;
  }
}

// A call whose end we do not wait for makes its lane uncertain; all lanes are due for another at once.
void Centre::stop() {
  if (far_hints_) far_hints_->stop();
  service_->worker().cut_short();
  ground_.client.abandon();
  service_->worker().stop(kGraceSeconds);
}

// A store that is away keeps who asks it waiting: few at a time, or load balancers that ask on would take all threads.
// The others are told what was found last; the heartbeat tells soon enough when that is no longer so.
bool Centre::ready() {
  const engine::Worker& worker = service_->worker();
  if (!worker.may_call(worker.life())) return false;
  if (++asking_ <= kMostAsking) answered_ = answers(*database_);
  --asking_;
  return answered_;
}

void Centre::work_committed() {
  hints_->send();
  if (far_hints_) far_hints_->send();
}

CentralApi::CentralApi(Ground& ground, Centre& centre, const CentralSettings& settings,
                       const std::optional<TokenAuth>& tokens, const Listening& listening)
    : identify_(tokens ? api::caller_admitted(settings.rules) : api::caller_from_headers(settings.rules)),
      plugin_(centre.context(), ground.clock, settings.plugin, [&centre] { centre.work_committed(); }),
      neutron_(centre.database(), ground.clock, plugin_, identify_, settings.quotas),
      answers_(centre.database()),
      waits_(ground.runtime, centre.database(), ground.clock),
      feed_(ground.runtime, centre.database(), ground.clock),
      sign_in_(tokens ? std::optional<api::SignIn>(std::in_place, ground.client, tokens->auth_url, tokens->ca_file)
                      : std::nullopt),
      plans_({centre.database(), ground.clock, centre.context(), settings.plugin, identify_, settings.quotas,
              [&centre] { centre.work_committed(); }}),
      admin_(centre.database(), ground.clock, identify_, [&centre] { centre.work_committed(); },
             {&waits_, &feed_, sign_in_ ? &*sign_in_ : nullptr, &plans_}),
      metrics_(centre.database(), ground.clock) {
  if (tokens) {
    token_check_.emplace(ground.runtime, ground.client, centre.context().identities.own(), ground.clock,
                         tokens->auth_url, tokens->cache_time);
    door_.emplace(*token_check_, tokens->public_url);
    front_.door = &*door_;
  }
  front_.answers = &answers_;
  front_.neutron = [this](const http::Request& request) { return neutron_.handle(request); };
  front_.admin = [this](const http::Request& request) { return admin_.handle(request); };
  front_.sign_in = [this](const http::Request& request) { return admin_.sign_in(request); };
  front_.ready = [&centre] { return centre.ready(); };
  front_.more_metrics = [this] { return metrics_.text() + process_metrics(); };
  server_ = front_.serve(ground.runtime, listening);
}

void CentralApi::stop() {
  feed_.stop();
  server_->stop();
}

std::unique_ptr<SideDoor> SideDoor::open(Ground& ground, const std::string& listen, std::function<bool()> ready) {
  if (listen.empty()) return nullptr;
  auto door = std::make_unique<SideDoor>();
  door->front_.neutron = [](const http::Request&) -> http::Reply {
    throw base::Error(base::ErrorKind::not_found, "", "There are /metrics, /healthz and /readyz here.");
  };
  door->front_.ready = std::move(ready);
  door->front_.more_metrics = process_metrics;
  const Listening listening{listen};
  door->server_ = door->front_.serve(ground.runtime, listening);
  door->url_ = listening.url(door->server_->port());
  return door;
}

LocalPod::LocalPod(Ground& ground, const std::filesystem::path& state, const std::string& region,
                   const Listening& listening, const std::string& central_url, const std::string& ca_file)
    : region_(region) {
  std::filesystem::create_directories(state);
  database_ = opened(sqlite_url(state / "pod.db"));
  front_.neutron = [this](const http::Request& request) { return pod_->handle(request); };
  front_.ready = [this] { return answers(*database_); };
  server_ = front_.serve(ground.runtime, listening);
  url_ = listening.url(server_->port());
  pod_ = std::make_unique<pod::Pod>(ground.runtime, *database_, ground.client, ground.clock,
                                    pod::PodOptions{region, central_url, url_, ca_file});
}

void LocalPod::start() {
  pod_->start();
}

void LocalPod::stop() {
  server_->stop();
  pod_->stop();
}

}  // namespace tricircle::app
