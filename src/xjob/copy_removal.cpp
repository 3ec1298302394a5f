#include "base/fault.hpp"
#include "engine/job.hpp"
#include "xjob/copy_job.hpp"
#include "xjob/unused_copy.hpp"

namespace tricircle::xjob {
namespace {

using engine::RunFailed;

// The record of the binding that lets go makes this lane due, if it sees that the policy is gone. It may not, and we
// not that it lets go: so they meet on the binding's row.
bool meet_a_bearer(storage::Connection& db, const Copy& copy) {
  const auto found =
      db.execute("SELECT resource_type, central_id FROM bindings WHERE policy_id = ? AND pod_id = ? LIMIT 1",
                 {copy.policy_id, copy.pod_id});
  if (found.empty()) return false;
  db.execute("UPDATE bindings SET met = met + 1 WHERE resource_type = ? AND central_id = ? AND pod_id = ?",
             {found.front().text("resource_type"), found.front().text("central_id"), copy.pod_id});
  return true;
}

base::Awaitable<bool> step_aside_while_bound(Context& context, const engine::Lane& lane, const Copy& copy) {
  bool aside = false;
  const base::Micros now = context.clock.now();
  co_await context.write([&](storage::Connection& db) {
    aside = meet_a_bearer(db, copy);
    if (!aside) return engine::confirm(db, lane);
    engine::postpone_jobs(db, lane, "a network or port in the pod still uses it", now, now);
    engine::finish(db, lane, std::nullopt, lane.uncertain_until);
  });
  co_return aside;
}

base::Awaitable<void> hold(Context& context, const engine::Lane& lane, Copy copy, std::string words) {
  copy.state = kHeld;
  copy.last_error = words;
  const base::Micros now = context.clock.now();
  co_await context.write([&](storage::Connection& db) {
    engine::confirm(db, lane);
    save_copy(db, copy, now);
  });
  throw RunFailed(RunFailed::Why::held, words);
}

base::Awaitable<void> delete_in_pod(Context& context, const engine::Lane& lane, remote::PodNeutron& pod,
                                    const Copy& copy) {
  const remote::Answer answer = co_await pod.delete_policy(copy.local_id);
  context.check_answer(answer, true);
  if (answer.ok() || policy_is_gone(answer)) co_return;
  if (answer.is(409)) co_await hold(context, lane, copy, answer.words);
  throw RunFailed(RunFailed::Why::again, answer.words);
}

}  // namespace

base::Awaitable<void> remove_copy_from_pod(Context& context, const engine::Lane& lane, remote::PodNeutron pod,
                                           Copy copy) {
  if (co_await step_aside_while_bound(context, lane, copy)) co_return;
  if (lane.uncertain() && !copy.mark.empty()) co_await delete_doubles(context, pod, copy);
  if (!copy.local_id.empty()) co_await delete_in_pod(context, lane, pod, copy);
  base::fault_point("before removal record");
  const base::Micros now = context.clock.now();
  const base::Micros uncertain = copy.mark.empty() ? 0 : lane.still_uncertain_until();
  co_await context.write([&](storage::Connection& db) {
    // A late POST of ours may still arrive: the row stays as a tombstone until the second look.
    if (uncertain == 0) forget_copy(db, copy.policy_id, copy.pod_id);
    engine::finish(db, lane, uncertain == 0 ? std::nullopt : std::optional(uncertain), uncertain);
    engine::close_jobs(db, lane, engine::kGone, "", now);
    engine::forget(db, lane.key);
  });
  base::fault_point("after removal record");
}

}  // namespace tricircle::xjob
