#include "xjob/unused_copy.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"
#include "engine/job.hpp"
#include "xjob/copy_job.hpp"

namespace tricircle::xjob {
namespace {

using engine::RunFailed;

struct Noted {
  std::string policy_id;
  bool used = false;
  base::Micros unused_since = 0;
};

// One that was there before the centre is the region's as well, whoever uses it.
std::vector<Noted> copies_of(Connection& db, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT c.policy_id, coalesce(c.unused_since, 0) AS unused_since FROM copies c JOIN qos_policies p ON "
      "p.id = c.policy_id WHERE c.pod_id = ? AND NOT c.adopted",
      {pod_id});
  std::vector<Noted> copies;
  for (const storage::Row& row : found.rows()) {
    const std::string id = row.text("policy_id");
    const bool used = copy_is_wanted(db, copy_lane(pod_id, id)) || copy_is_borne(db, id, pod_id);
    copies.push_back({id, used, row.integer("unused_since")});
  }
  return copies;
}

void set_unused_since(Connection& db, const std::string& policy_id, const std::string& pod_id, base::Micros since) {
  const storage::Value value = since == 0 ? storage::Value{} : storage::Value{since};
  db.execute("UPDATE copies SET unused_since = ? WHERE policy_id = ? AND pod_id = ?", {value, policy_id, pod_id});
}

// Who wants a copy writes the policy's `met` (want_copy), and so does who takes it away.
bool still_unused(Connection& db, const Copy& copy) {
  db.execute("UPDATE qos_policies SET met = met + 1 WHERE id = ?", {copy.policy_id});
  return !copy_is_wanted(db, copy_lane(copy.pod_id, copy.policy_id)) && !copy_is_borne(db, copy.policy_id, copy.pod_id);
}

// From now on nothing is bound to it. False: somebody wants it, and the next run makes it right.
base::Awaitable<bool> retire(Context& context, const engine::Lane& lane, Copy copy) {
  bool unused = false;
  const base::Micros now = context.clock.now();
  copy.ready = false;
  copy.state = kPending;
  co_await context.write([&](storage::Connection& db) {
    unused = still_unused(db, copy);
    if (unused) {
      engine::confirm(db, lane);
      save_copy(db, copy, now);
    } else {
      set_unused_since(db, copy.policy_id, copy.pod_id, 0);
      engine::finish(db, lane, now, lane.uncertain_until, lane.priority);
    }
  });
  co_return unused;
}

// Something of the pod's own bears it: it stays, and is asked about again when another grace time is over.
base::Awaitable<void> keep(Context& context, const engine::Lane& lane, const Copy& copy) {
  const base::Micros now = context.clock.now();
  co_await context.write([&](storage::Connection& db) {
    set_unused_since(db, copy.policy_id, copy.pod_id, now);
    engine::finish(db, lane, now, lane.uncertain_until);
  });
  context.worker.hint();
}

base::Awaitable<void> record_removal(Context& context, const engine::Lane& lane, Copy copy) {
  const base::Micros now = context.clock.now();
  // A late POST of ours may still arrive: the row stays as a tombstone until the second look.
  const base::Micros uncertain = copy.mark.empty() ? 0 : lane.still_uncertain_until();
  copy.local_id.clear();
  copy.attributes.clear();
  copy.rules.clear();
  copy.ready = copy.tagged = false;
  copy.intent = 0;
  co_await context.write([&](storage::Connection& db) {
    const bool unused = still_unused(db, copy);
    if (unused && uncertain == 0) {
      forget_copy(db, copy.policy_id, copy.pod_id);
    } else {
      save_copy(db, copy, now);
      if (!unused) set_unused_since(db, copy.policy_id, copy.pod_id, 0);
    }
    std::optional<base::Micros> due;
    if (uncertain != 0) due = uncertain;
    if (!unused) due = now;
    engine::finish(db, lane, due, uncertain, lane.priority);
    if (unused) engine::close_jobs(db, lane, engine::kGone, "", now);
    engine::forget(db, lane.key);
  });
  context.worker.hint();
}

}  // namespace

bool copy_is_wanted(Connection& db, const engine::LaneKey& lane) {
  const auto found = db.execute(
      "SELECT 1 AS one FROM networks n WHERE n.qos_policy_id = ? AND EXISTS (SELECT 1 FROM resource_routings r WHERE "
      "r.central_id = n.id AND r.pod_id = ? AND r.resource_type = 'network') UNION ALL "
      "SELECT 1 AS one FROM ports p WHERE p.qos_policy_id = ? AND EXISTS (SELECT 1 FROM resource_routings r WHERE "
      "r.central_id = p.id AND r.pod_id = ? AND r.resource_type = 'port') UNION ALL "
      "SELECT 1 AS one FROM jobs WHERE lane_id = ? AND finished_at IS NULL AND type = 'qos_create' LIMIT 1",
      {lane.object_id, lane.pod_id, lane.object_id, lane.pod_id, engine::lane_id(db, lane)});
  return !found.empty();
}

bool copy_is_borne(Connection& db, const std::string& policy_id, const std::string& pod_id) {
  return !db.execute("SELECT central_id FROM bindings WHERE policy_id = ? AND pod_id = ? LIMIT 1", {policy_id, pod_id})
              .empty();
}

bool grace_is_over(const Copy& copy, base::Micros grace, base::Micros now) {
  return grace > 0 && copy.unused_since != 0 && copy.unused_since + grace <= now;
}

base::Awaitable<void> tend_unused_copies(Context& context, std::string pod_id) {
  const base::Micros now = context.clock.now();
  const base::Micros grace = context.upkeep.unused_copy_grace;
  const std::vector<Noted> copies =
      co_await context.read([&](storage::Connection& db) { return copies_of(db, pod_id); });
  for (const Noted& copy : copies) {
    const bool known = copy.used == (copy.unused_since == 0);
    const bool over = !copy.used && grace > 0 && copy.unused_since != 0 && copy.unused_since + grace <= now;
    if (known && !over) continue;
    co_await context.write([&](storage::Connection& db) {
      if (!known) set_unused_since(db, copy.policy_id, pod_id, copy.used ? 0 : now);
      if (over)
        engine::wake(db, copy_lane(pod_id, copy.policy_id), now, engine::Wake::routine, engine::Priority::upkeep);
    });
  }
}

base::Awaitable<void> remove_unused_copy(Context& context, const engine::Lane& lane, remote::PodNeutron pod,
                                         Copy copy) {
  if (!co_await retire(context, lane, copy)) co_return;
  base::fault_point("copy retired");
  if (lane.uncertain() && !copy.mark.empty()) co_await delete_doubles(context, pod, copy);
  if (!copy.local_id.empty()) {
    const remote::Answer answer = co_await pod.delete_policy(copy.local_id);
    context.check_answer(answer, true);
    if (answer.is(409)) co_return co_await keep(context, lane, copy);
    if (!answer.ok() && !policy_is_gone(answer)) throw RunFailed(RunFailed::Why::again, answer.words);
    base::log::info("unused_copy_removed region={} policy={} local={}", pod.pod().region_name, copy.policy_id,
                    copy.local_id);
  }
  base::fault_point("before removal record");
  co_await record_removal(context, lane, std::move(copy));
}

}  // namespace tricircle::xjob
