#include "xjob/service.hpp"

#include "xjob/audit.hpp"
#include "xjob/binding_job.hpp"
#include "xjob/copy_job.hpp"
#include "xjob/expand_job.hpp"
#include "xjob/import_scan.hpp"
#include "xjob/leaving.hpp"
#include "xjob/place_job.hpp"
#include "xjob/placements.hpp"
#include "xjob/pod_check.hpp"
#include "xjob/resync.hpp"

namespace tricircle::xjob {
namespace {

constexpr base::Micros kLongestProbe = 5 * base::kSecond;

}  // namespace

Service::Service(base::Runtime& runtime, storage::Database& database, const base::Clock& clock, http::Client& client,
                 remote::Logins logins, engine::Options options, Upkeep upkeep, std::filesystem::path lock_folder)
    : identities_(client, runtime, clock, std::move(logins)),
      worker_(runtime, database, clock, options, std::move(lock_folder)),
      looks_(runtime, database),
      context_{runtime, database, clock, identities_, worker_, looks_, 0, upkeep} {}

void Service::start(bool runs_jobs) {
  if (!runs_jobs) return worker_.start({}, {});
  worker_.start([this](engine::Lane lane) { return run(std::move(lane)); },
                [this](std::string pod_id) { return probe(std::move(pod_id)); });
}

base::Awaitable<void> Service::run(engine::Lane lane) {
  Context mine = context_.of_run(lane);
  if (lane.key.kind == kPolicyLane) {
    co_await run_copy(mine, std::move(lane));
  } else if (lane.key.kind == kNetwork || lane.key.kind == kPort) {
    co_await run_binding(mine, std::move(lane));
  } else if (lane.key.kind == kAuditLane) {
    co_await run_audit(mine, std::move(lane));
  } else if (lane.key.kind == kCheckLane) {
    co_await run_pod_check(mine, std::move(lane));
  } else if (lane.key.kind == kLeaveLane) {
    co_await run_leave(mine, std::move(lane));
  } else if (lane.key.kind == kResyncLane) {
    co_await run_resync(mine, std::move(lane));
  } else if (lane.key.kind == kPlaceNetworkLane || lane.key.kind == kPlacePortLane) {
    co_await run_placement(mine, std::move(lane));
  } else if (lane.key.kind == kImportLane) {
    co_await run_import(mine, std::move(lane));
  } else {
    co_await run_expand(mine, std::move(lane));
  }
}

base::Awaitable<bool> Service::probe(std::string pod_id) {
  const std::optional<remote::PodAddress> pod =
      co_await context_.read([&](storage::Connection& db) { return find_pod(db, pod_id); });
  if (!pod) co_return true;
  Context mine = context_;
  mine.life = worker_.life();
  remote::PodNeutron neutron = mine.neutron(*pod, kLongestProbe);
  const remote::Answer answer = co_await neutron.versions();
  co_return answer.answered();
}

}  // namespace tricircle::xjob
