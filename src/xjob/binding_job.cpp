#include "xjob/binding_job.hpp"

#include "base/fault.hpp"
#include "engine/job.hpp"
#include "xjob/copy_job.hpp"
#include "xjob/drift.hpp"
#include "xjob/job_types.hpp"
#include "xjob/leaving.hpp"
#include "xjob/pausing.hpp"

namespace tricircle::xjob {
namespace {

using engine::RunFailed;
constexpr int kMostRounds = 5;

// The central network or port as far as pods are concerned.
struct Wish {
  bool exists = false;
  std::string policy_id;
  std::string project_id;
  std::int64_t intent = 0;
};

struct Situation {
  std::optional<remote::PodAddress> pod;
  std::optional<std::string> local_id;
  std::optional<Binding> binding;
  Wish wish;
  std::optional<Copy> copy;  // of the wished policy
  std::int64_t policy_intent = 0;
  bool paused = false;                 // the wished policy
  Backing backing = Backing::unknown;  // of a network

  // Otherwise there is nothing in the pod that would be ours to touch.
  bool routed() const { return pod && local_id && !local_id->empty(); }
};

Wish find_wish(storage::Connection& db, const engine::LaneKey& lane) {
  const auto found = db.execute(
      "SELECT qos_policy_id, project_id, intent FROM " + object_table(lane.kind) + " WHERE id = ?", {lane.object_id});
  if (found.empty()) return {};
  const storage::Row& row = found.front();
  return {true, row.text("qos_policy_id"), row.text("project_id"), row.integer("intent")};
}

Situation look(storage::Connection& db, const engine::LaneKey& lane) {
  Situation now;
  now.pod = find_pod(db, lane.pod_id);
  now.local_id = local_id(db, lane.kind, lane.object_id, lane.pod_id);
  now.binding = find_binding(db, lane.kind, lane.object_id, lane.pod_id);
  now.wish = find_wish(db, lane);
  if (is_leaving(db, lane.pod_id)) now.wish.policy_id.clear();
  if (lane.kind == kNetwork) now.backing = find_backing(db, lane.object_id, lane.pod_id);
  if (now.wish.policy_id.empty()) return now;
  now.copy = find_copy(db, now.wish.policy_id, lane.pod_id);
  now.paused = policy_is_paused(db, now.wish.policy_id);
  now.policy_intent = central_intent(db, now.wish.policy_id).value_or(0);
  return now;
}

// A bind whose end was not seen may be what holds a deleted policy's copy, and no row of ours tells of it.
void wake_held_copies(storage::Connection& db, const std::string& pod_id, base::Micros now) {
  const auto held = db.execute("SELECT policy_id FROM copies WHERE pod_id = ? AND state = 'held'", {pod_id});
  for (const storage::Row& row : held.rows())
    engine::wake(db, copy_lane(pod_id, row.text("policy_id")), now, engine::Wake::fresh_wish);
}

class BindingRun {
 public:
  BindingRun(Context& context, const engine::Lane& lane, Situation seen)
      : context_(context),
        lane_(lane),
        seen_(std::move(seen)),
        pod_(context.neutron(*seen_.pod)),
        type_(lane.key.kind),
        drifted_(seen_.binding && seen_.binding->drifted()),
        must_look_(lane.uncertain() || drifted_),
        old_policy_(seen_.binding ? seen_.binding->policy_id : ""),
        bears_(old_policy_),
        bears_another_(!must_look_ && !old_policy_.empty() && old_policy_ != seen_.wish.policy_id) {}

  base::Awaitable<void> run() {
    if (!seen_.wish.exists) {
      co_await leave();
    } else if (seen_.wish.policy_id.empty()) {
      co_await unbind();
    } else if (in_place()) {
      co_await record(seen_.wish.policy_id, kInSync, "");
    } else if (seen_.paused) {
      co_await step_aside_until_resume();
    } else if (copy_never_comes()) {
      co_await leave_as_it_is();
    } else if (!may_take(seen_.copy, seen_.policy_intent)) {
      co_await step_aside();
    } else {
      co_await bind();
    }
  }

 private:
  // The rest of the policy is bound, yet what was asked for is not all there: the job must say so.
  std::string left_out() const {
    const bool bears_copy = seen_.copy && seen_.copy->ready && seen_.copy->state == kRefused;
    return bears_copy ? "bound without what the pod refuses: " + seen_.copy->last_error : std::string();
  }

  bool in_place() const {
    return old_policy_ == seen_.wish.policy_id && !must_look_ && seen_.copy && seen_.copy->ready;
  }

  // An object that has a policy does not change to a copy that still lacks what its own policy has meanwhile got: on
  // the way it might lose a rule that both of them have. One that has none takes what there is.
  bool may_take(const std::optional<Copy>& copy, std::int64_t policy_intent) const {
    if (!copy || !copy->ready) return false;
    return !bears_another_ || copy->intent >= policy_intent;
  }

  // The pod has refused the policy itself, and nothing has changed since.
  bool copy_never_comes() const {
    return seen_.copy && !seen_.copy->ready && seen_.copy->state == kRefused &&
           seen_.copy->intent == seen_.policy_intent;
  }

  base::Awaitable<void> leave_as_it_is() {
    if (must_look_) {
      const Seen there = co_await see_object(context_, pod_, type_, *seen_.local_id);
      if (there.gone) co_return co_await record("", kRefused, not_there(type_));
      bears_ = co_await policy_behind(there.policy_id);
    }
    co_await record(bears_, kRefused, seen_.copy->last_error);
  }

  base::Awaitable<void> step_aside_until_resume() {
    const base::Micros now = context_.clock.now();
    co_await context_.write([&](storage::Connection& db) {
      wait_for_resume(db, lane_, seen_.wish.policy_id, now, context_.worker.options().longest_backoff);
    });
  }

  // The copy's own lane makes it; its record makes this lane due again.
  base::Awaitable<void> step_aside() {
    const base::Micros now = context_.clock.now();
    co_await context_.write([&](storage::Connection& db) {
      std::optional<base::Micros> due;
      const std::optional<Copy> copy = find_copy(db, seen_.wish.policy_id, lane_.key.pod_id);
      if (may_take(copy, central_intent(db, seen_.wish.policy_id).value_or(0))) {
        due = now;
      } else if (want_copy(db, seen_.wish.policy_id, lane_.key.pod_id, now)) {
        await_copy(db, seen_.wish.policy_id, lane_.key.pod_id);
        engine::wake(db, copy_lane(lane_.key.pod_id, seen_.wish.policy_id), now, engine::Wake::routine, lane_.priority);
      }
      if (find_wish(db, lane_.key).intent != seen_.wish.intent) due = now;
      engine::postpone_jobs(db, lane_, copy ? copy->last_error : "", now, now);
      engine::finish(db, lane_, due, lane_.uncertain_until, lane_.priority);
    });
    base::fault_point("stepped aside");
    context_.worker.hint();
  }

  base::Awaitable<void> bind() {
    // What a network or port of the pod's own had before is named; one that came from us has nothing to name.
    const domain::CopyRule* guarantee = may_be_harmed() ? guarantee_of(*seen_.copy) : nullptr;
    bool read = must_look_ || (old_policy_.empty() && !seen_.pod->embedded) ||
                (guarantee != nullptr && seen_.backing == Backing::unknown);
    std::string replaced;
    for (int round = 0; round < kMostRounds; ++round) {
      std::optional<std::int64_t> revision;
      if (read) {
        const Seen there = co_await see_object_after(round > 0, context_, pod_, type_, *seen_.local_id);
        if (there.gone) co_return co_await record("", kRefused, not_there(type_));
        seen_.backing = there.backing;
        if (there.policy_id == seen_.copy->local_id) co_return co_await record(seen_.wish.policy_id, kInSync, "");
        bears_another_ = !there.policy_id.empty();
        if (!may_take(seen_.copy, seen_.policy_intent)) co_return co_await step_aside();
        revision = there.revision;
        bears_ = co_await policy_behind(there.policy_id);
        const bool foreign = bears_another_ && bears_.empty();
        replaced = foreign ? "replaced the pod's own policy " + there.policy_id : "";
      }
      if (guarantee != nullptr && seen_.backing == Backing::none)
        co_return co_await record(bears_, kRefused, harm_of(*guarantee));
      const remote::Answer answer = co_await pod_.bind_object(type_, *seen_.local_id, seen_.copy->local_id, revision);
      context_.check_answer(answer, true);
      if (answer.ok()) co_return co_await record(seen_.wish.policy_id, kInSync, "", replaced);
      if (policy_is_gone(answer)) co_return co_await copy_is_lost();
      if (object_is_gone(answer, type_))
        co_return co_await record("", kRefused, not_there(type_) + ": " + answer.words);
      if (!answer.is(412)) co_return co_await record(bears_, kRefused, answer.words);
      read = true;
    }
    throw RunFailed(RunFailed::Why::again, "the pod's " + type_ + " keeps changing under our hands",
                    context_.uncertain_until());
  }

  bool may_be_harmed() const { return type_ == kNetwork && !seen_.pod->embedded; }

  std::string harm_of(const domain::CopyRule& guarantee) const {
    return place_of(guarantee) + ": the pod's network " + *seen_.local_id +
           " has no physical network, and with this rule every new port of it would be refused";
  }

  // Which policy's copy this is; '' = none of ours.
  base::Awaitable<std::string> policy_behind(std::string local_policy) {
    if (local_policy.empty()) co_return std::string();
    co_return co_await context_.read(
        [&](storage::Connection& db) { return central_policy_of(db, local_policy, lane_.key.pod_id); });
  }

  // The pod no longer knows the copy that our rows tell of: its lane reads and makes it anew.
  base::Awaitable<void> copy_is_lost() {
    const base::Micros now = context_.clock.now();
    co_await context_.write([&](storage::Connection& db) {
      std::optional<Copy> copy = find_copy(db, seen_.wish.policy_id, lane_.key.pod_id);
      if (copy) {
        copy->ready = false;
        copy->attributes.clear();
        save_copy(db, *copy, now);
      }
      engine::wake(db, copy_lane(lane_.key.pod_id, seen_.wish.policy_id), now, engine::Wake::fresh_wish,
                   lane_.priority);
      engine::postpone_jobs(db, lane_, "the pod has lost its copy of the policy", now, now);
      engine::finish(db, lane_, std::nullopt, lane_.uncertain_until);
    });
    context_.worker.hint();
  }

  base::Awaitable<void> unbind() {
    if (old_policy_.empty() && !must_look_) co_return co_await record("", kInSync, "");
    const LetGo end = co_await let_go(context_, pod_, type_, *seen_.local_id);
    co_await record("", end == LetGo::foreign ? kForeign : kInSync, "");
  }

  // Nobody has confirmed what the pod has. It may be bound all the same: a store that was restored from a backup of
  // that moment tells of no bind that came after it.
  bool was_to_come() const { return seen_.binding && seen_.binding->state == kPending; }

  // The object is gone at the centre: what came from the centre goes in the pod too, what is the pod's own just loses
  // our policy.
  base::Awaitable<void> leave() {
    if (seen_.pod->embedded) {
      const remote::Answer answer = co_await pod_.delete_object(type_, *seen_.local_id);
      context_.check_answer(answer, true);
      if (!answer.ok() && !answer.is(404)) throw RunFailed(RunFailed::Why::again, answer.words);
    } else if (!old_policy_.empty() || must_look_ || was_to_come()) {
      co_await let_go(context_, pod_, type_, *seen_.local_id);
    }
    base::fault_point("before leaving record");
    const base::Micros now = context_.clock.now();
    // A bind of ours may still arrive where the object stays: the rows stay as tombstones until the second look.
    const base::Micros uncertain = seen_.pod->embedded ? 0 : lane_.still_uncertain_until();
    co_await context_.write([&](storage::Connection& db) {
      if (uncertain == 0) {
        delete_routing(db, type_, lane_.key.object_id, lane_.key.pod_id);
        remove_binding(db, type_, lane_.key.object_id, lane_.key.pod_id);
      }
      wake_copy_let_go(db, old_policy_, lane_.key.pod_id, now);
      if (must_look_) wake_held_copies(db, lane_.key.pod_id, now);
      if (lane_.uncertain() && may_be_harmed()) harm_averted(db, lane_.key.pod_id, now);
      engine::finish(db, lane_, uncertain == 0 ? std::nullopt : std::optional(uncertain), uncertain);
      engine::close_jobs(db, lane_, engine::kGone, "", now);
      engine::forget(db, lane_.key);
    });
    context_.worker.hint();
  }

  base::Awaitable<void> record(std::string policy, std::string state, std::string refused, std::string note = {}) {
    const base::Micros now = context_.clock.now();
    const base::Micros uncertain = lane_.still_uncertain_until();
    base::fault_point("before binding record");
    co_await context_.write([&](storage::Connection& db) {
      save_binding(db,
                   {type_, lane_.key.object_id, lane_.key.pod_id, seen_.wish.project_id, policy, seen_.wish.intent,
                    state, refused.empty() ? note : refused},
                   now);
      if (old_policy_ != policy) wake_copy_let_go(db, old_policy_, lane_.key.pod_id, now);
      if (must_look_) wake_held_copies(db, lane_.key.pod_id, now);
      if (drifted_) end_drifts(db, lane_.key, now);
      if (may_be_harmed()) tell_copies_of_harm(db, policy, now);
      const Wish newest = find_wish(db, lane_.key);
      const bool moved_on = !newest.exists || newest.intent != seen_.wish.intent;
      std::optional<base::Micros> due;
      if (uncertain != 0) due = uncertain;
      if (moved_on) due = now;
      engine::finish(db, lane_, due, uncertain, moved_on ? lane_.priority : engine::Priority::upkeep);
      if (!note.empty()) engine::note_jobs(db, lane_.id, note);
      if (!refused.empty()) engine::add_job_to_fail(db, this_job(), lane_.id, now);
      engine::close_jobs(db, lane_, seen_.wish.intent, refused.empty() ? left_out() : refused, now);
    });
    base::fault_point("after binding record");
    context_.worker.hint();
  }

  engine::NewJob this_job() const {
    const auto& [pod_id, type, object_id] = lane_.key;
    boost::json::object resource = object_job_resource(kCreatePolicy, type, object_id, seen_.wish.policy_id);
    resource["pod_id"] = pod_id;
    return {kCreatePolicy, seen_.wish.project_id, std::move(resource), lane_.key, seen_.wish.intent, ""};
  }

  // The copy's own run looked at the bearers as they were before this record.
  void tell_copies_of_harm(storage::Connection& db, const std::string& policy, base::Micros now) const {
    const std::string& pod = lane_.key.pod_id;
    remember_backing(db, lane_.key.object_id, pod, seen_.backing);
    if (lane_.uncertain()) harm_averted(db, pod, now);
    if (policy != seen_.wish.policy_id) return harm_averted(db, seen_.wish.policy_id, pod, now);
    const std::optional<Copy> copy = find_copy(db, policy, pod);
    if (copy && harm_may_stand(db, *copy)) engine::wake(db, copy_lane(pod, policy), now, engine::Wake::routine);
  }

  Context& context_;
  const engine::Lane& lane_;
  Situation seen_;
  remote::PodNeutron pod_;
  std::string type_;
  const bool drifted_;
  const bool must_look_;    // our rows may not tell what the pod has
  std::string old_policy_;  // that the pod had when it was last seen
  std::string bears_;       // the same, by what this run has seen; '' = none of ours
  bool bears_another_;      // as far as we know
};

base::Awaitable<void> forget_binding(Context& context, const engine::Lane& lane) {
  const base::Micros now = context.clock.now();
  co_await context.write([&](storage::Connection& db) {
    const Situation newest = look(db, lane.key);
    if (newest.routed()) return engine::finish(db, lane, now, lane.uncertain_until, lane.priority);
    remove_binding(db, lane.key.kind, lane.key.object_id, lane.key.pod_id);
    if (newest.binding) wake_copy_let_go(db, newest.binding->policy_id, lane.key.pod_id, now);
    engine::finish(db, lane, std::nullopt, 0);
    engine::close_jobs(db, lane, engine::kGone, "", now);
    engine::forget(db, lane.key);
  });
  context.worker.hint();
}

}  // namespace

void wake_copy_let_go(storage::Connection& db, const std::string& policy_id, const std::string& pod_id,
                      base::Micros now) {
  if (policy_id.empty()) return;
  if (db.execute("SELECT id FROM qos_policies WHERE id = ?", {policy_id}).empty())
    engine::wake(db, copy_lane(pod_id, policy_id), now, engine::Wake::fresh_wish);
  use_ended(db, policy_id, pod_id, now);
}

base::Awaitable<void> run_binding(Context& context, engine::Lane lane) {
  Situation now = co_await context.look([&lane](Snapshot& at) { return look(at.db, lane.key); });
  if (!now.routed()) co_return co_await forget_binding(context, lane);
  BindingRun run(context, lane, std::move(now));
  co_await run.run();
}

}  // namespace tricircle::xjob
