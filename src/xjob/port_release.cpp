#include "xjob/port_release.hpp"

#include "base/log.hpp"
#include "base/timer.hpp"
#include "engine/job.hpp"
#include "engine/pause.hpp"
#include "xjob/binding_job.hpp"

#include <algorithm>
#include <utility>

namespace tricircle::xjob {
namespace {

using engine::RunFailed;
constexpr base::Micros kFirstRetake = 2 * base::kMillisecond;
constexpr base::Micros kLongestRetake = 50 * base::kMillisecond;

// What a pod has let go must be known, or the lane would think that the binding still stands; also to the copy, which
// may be a deleted policy's that waits for this.
void note_let_go(storage::Connection& db, const std::string& port_id, const std::string& pod_id, base::Micros now) {
  std::optional<Binding> binding = find_binding(db, kPort, port_id, pod_id);
  if (!binding) return;
  const std::string bore = std::exchange(binding->policy_id, "");
  binding->state = kPending;
  save_binding(db, *binding, now);
  wake_copy_let_go(db, bore, pod_id, now);
}

void give_back(storage::Connection& db, const Release& release, base::Micros now) {
  for (const engine::Lane& lane : release.lanes) {
    const bool gone = std::ranges::find(release.let_go, lane.key.pod_id) != release.let_go.end();
    if (gone) note_let_go(db, release.port_id, lane.key.pod_id, now);
    const base::Micros late = gone ? lane.still_uncertain_until() : lane.uncertain_until;
    // A port that may have lost what the centre still wishes it to have: nothing is more urgent.
    engine::finish(db, lane, now, gone ? late : std::max(late, release.uncertain_until), engine::Priority::live);
  }
}

// Where no binding of ours stood, something may be under way: a run of its own finds that nothing is wished any more.
void wake_elsewhere(storage::Connection& db, const Release& release, base::Micros now) {
  const auto found = db.execute("SELECT pod_id FROM resource_routings WHERE central_id = ? AND resource_type = 'port'",
                                {release.port_id});
  for (const storage::Row& row : found.rows()) {
    const engine::LaneKey lane = binding_lane(row.text("pod_id"), kPort, release.port_id);
    if (std::ranges::find(release.lanes, lane, &engine::Lane::key) == release.lanes.end())
      engine::wake(db, lane, now, engine::Wake::fresh_wish);
  }
}

}  // namespace

std::vector<std::string> pods_to_release(storage::Connection& db, const std::string& port_id) {
  const auto found = db.execute(
      "SELECT r.pod_id FROM resource_routings r "
      "LEFT JOIN bindings b ON b.resource_type = 'port' AND b.central_id = r.central_id AND b.pod_id = r.pod_id "
      "LEFT JOIN lanes l ON l.kind = 'port' AND l.object_id = r.central_id AND l.pod_id = r.pod_id "
      "WHERE r.central_id = ? AND r.resource_type = 'port' AND (coalesce(b.policy_id, '') <> '' OR "
      "coalesce(l.uncertain_until, 0) <> 0 OR coalesce(l.worker, '') <> '') ORDER BY r.pod_id",
      {port_id});
  std::vector<std::string> pods;
  for (const storage::Row& row : found.rows()) pods.push_back(row.text("pod_id"));
  return pods;
}

void PortReleaser::start(std::string port_id, std::function<void(std::shared_ptr<Release>)> done) {
  auto release = std::make_shared<Release>();
  release->port_id = std::move(port_id);
  context_.runtime.spawn("port_release", run(release, std::move(done)));
}

void PortReleaser::commit(storage::Connection& db, Release& release, std::int64_t intent, base::Micros now) {
  release.recorded = true;
  for (const engine::Lane& lane : release.lanes) {
    std::optional<Binding> binding = find_binding(db, kPort, release.port_id, lane.key.pod_id);
    if (binding) {
      wake_copy_let_go(db, binding->policy_id, lane.key.pod_id, now);
      binding->policy_id.clear();
      binding->intent = intent;
      binding->state = kInSync;
      binding->last_error.clear();
      save_binding(db, *binding, now);
    }
    // A bind that was on its way before may still take effect: the lane looks once more.
    const base::Micros late = lane.still_uncertain_until();
    engine::finish(db, lane, late == 0 ? std::nullopt : std::optional(late), late);
    // What waited for the copy of a policy that is not wished any more: no run of this lane would end it.
    engine::close_jobs(db, lane, intent, "", now);
  }
  wake_elsewhere(db, release, now);
}

void PortReleaser::abandon(const Release& release) {
  context_.runtime.spawn("port_release_abandon", give_back_for_certain(release));
}

base::Awaitable<void> PortReleaser::give_back_for_certain(Release release) {
  while (!co_await lanes_given_back(release))
    co_await base::Timer(context_.runtime).wait(context_.worker.options().first_backoff);
}

// False: the store did not take it.
base::Awaitable<bool> PortReleaser::lanes_given_back(const Release& release) {
  try {
    co_await context_.write([&](storage::Connection& db) { give_back(db, release, context_.clock.now()); });
  } catch (const engine::LeaseLost&) {
    // Somebody has taken the lanes over: they read the pods and put the wish there.
    base::log::warn("port_release_lost port={}", release.port_id);
  } catch (const std::exception& error) {
    base::log::error("port_release_not_given_back port={} error=\"{}\"", release.port_id, error.what());
    co_return false;
  }
  context_.worker.hint();
  co_return true;
}

base::Awaitable<void> PortReleaser::run(std::shared_ptr<Release> release,
                                        std::function<void(std::shared_ptr<Release>)> done) {
  try {
    if (co_await take_lanes(*release, context_.clock.monotonic() + timeout_)) {
      // One coroutine a pod; the timer stands for "all have ended".
      base::Timer all(context_.runtime);
      auto left = std::make_shared<std::size_t>(release->lanes.size());
      auto one_ended = std::make_shared<std::function<void()>>([left, &all] {
        if (--*left == 0) all.cancel();
      });
      for (const engine::Lane& lane : release->lanes)
        context_.runtime.spawn("port_release_pod", release_in(release, lane, one_ended));
      if (*left != 0) co_await all.wait_for_cancel();
    }
  } catch (const std::exception& error) {
    release->failed_region = "unknown";
    release->error = error.what();
  }
  if (!release->failed_region.empty() && !release->lanes.empty()) {
    if (!co_await lanes_given_back(*release)) abandon(*release);
    release->lanes.clear();
  }
  done(release);
}

base::Awaitable<bool> PortReleaser::take_lanes(Release& release, base::Micros until) {
  for (base::Micros wait = kFirstRetake;; wait = std::min(2 * wait, kLongestRetake)) {
    std::optional<std::vector<engine::Lane>> lanes;
    const std::int64_t life = context_.worker.life();
    co_await context_.write([&](storage::Connection& db) {
      lanes.reset();
      release.failed_region.clear();
      std::vector<engine::LaneKey> keys;
      for (const std::string& pod_id : pods_to_release(db, release.port_id)) {
        keys.push_back(binding_lane(pod_id, kPort, release.port_id));
        const std::optional<std::string> why = engine::why_left_alone(db, pod_id, context_.clock.now());
        if (!why) continue;
        release.failed_region = find_pod(db, pod_id)->region_name;
        release.error = *why;
      }
      if (release.failed_region.empty()) lanes = engine::take(db, keys, context_.worker.id());
    });
    if (lanes) {
      release.lanes = std::move(*lanes);
      for (engine::Lane& lane : release.lanes) lane.life = life;
      co_return true;
    }
    if (!release.failed_region.empty()) co_return false;
    if (context_.clock.monotonic() >= until) {
      release.failed_region = "of the port";
      release.error = "other work on the port did not end in time";
      co_return false;
    }
    co_await base::Timer(context_.runtime).wait(wait);
  }
}

base::Awaitable<void> PortReleaser::release_in(std::shared_ptr<Release> release, engine::Lane lane,
                                               std::shared_ptr<std::function<void()>> one_ended) {
  struct Place {
    std::optional<remote::PodAddress> pod;
    std::string local_id;
  };
  std::string region = lane.key.pod_id;
  try {
    const Place place = co_await context_.read([&](storage::Connection& db) {
      return Place{find_pod(db, lane.key.pod_id), local_id(db, kPort, release->port_id, lane.key.pod_id).value_or("")};
    });
    if (place.pod && !place.local_id.empty()) {
      region = place.pod->region_name;
      Context mine = context_.of_run(lane);
      remote::PodNeutron pod = mine.neutron(*place.pod, timeout_);
      co_await let_go(mine, pod, kPort, place.local_id);
    }
    release->let_go.push_back(lane.key.pod_id);
  } catch (const RunFailed& failure) {
    release->failed_region = region;
    release->error = failure.what();
    release->uncertain_until = std::max(release->uncertain_until, failure.uncertain_until);
  } catch (const std::exception& error) {
    release->failed_region = region;
    release->error = error.what();
    release->uncertain_until = std::max(release->uncertain_until, context_.uncertain_until());
  }
  (*one_ended)();
}

}  // namespace tricircle::xjob
