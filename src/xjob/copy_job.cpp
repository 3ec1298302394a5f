#include "xjob/copy_job.hpp"

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "engine/job.hpp"
#include "xjob/copy_sync.hpp"
#include "xjob/drift.hpp"
#include "xjob/job_types.hpp"
#include "xjob/leaving.hpp"
#include "xjob/unused_copy.hpp"

#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using engine::RunFailed;
// The tag comes in a run of its own, when the bindings that waited for the copy have had the pod to themselves.
constexpr base::Micros kTagAfter = 500 * base::kMillisecond;

struct Situation {
  std::optional<remote::PodAddress> pod;
  std::optional<Copy> copy;
  std::shared_ptr<const CentralPolicy> policy;
  bool wanted = false;  // by an object in the pod, or by an operator; not looked for where it changes nothing
  bool borne = false;
};

bool was_never_made(const Copy& copy) {
  return copy.mark.empty() && copy.local_id.empty();
}

// In a pod that leaves a copy goes as that of a deleted policy does.
Situation look(Snapshot& at, const engine::LaneKey& lane) {
  Situation now;
  now.pod = find_pod(at.db, lane.pod_id);
  now.copy = find_copy(at.db, lane.object_id, lane.pod_id);
  if (!is_leaving(at.db, lane.pod_id)) now.policy = at.policy(lane.object_id);
  now.borne = copy_is_borne(at.db, lane.object_id, lane.pod_id);
  if (now.copy && (!now.borne || was_never_made(*now.copy))) now.wanted = copy_is_wanted(at.db, lane);
  return now;
}

// There is nothing to do, now or ever: no pod, no copy, or one that was never made and that nobody wants.
bool is_over(const Situation& now) {
  if (!now.copy || !now.pod) return true;
  return now.policy && was_never_made(*now.copy) && !now.wanted;
}

// Who has come to want the copy meanwhile meets here with its end, on the policy's row.
base::Awaitable<void> end_without_copy(Context& context, const engine::Lane& lane) {
  const base::Micros now = context.clock.now();
  co_await context.write([&](storage::Connection& db) {
    db.execute("UPDATE qos_policies SET met = met + 1 WHERE id = ?", {lane.key.object_id});
    Snapshot at(db);
    const Situation newest = look(at, lane.key);
    if (!is_over(newest)) return engine::finish(db, lane, now, lane.uncertain_until, lane.priority);
    if (newest.copy && newest.pod) forget_copy(db, lane.key.object_id, lane.key.pod_id);
    engine::finish(db, lane, std::nullopt, 0);
    engine::close_jobs(db, lane, engine::kGone, "", now);
    engine::forget(db, lane.key);
  });
  context.worker.hint();
}

class CopyRun {
 public:
  CopyRun(Context& context, const engine::Lane& lane, const remote::PodAddress& pod, Copy copy,
          std::shared_ptr<const CentralPolicy> policy)
      : context_(context),
        lane_(lane),
        pod_(context.neutron(pod)),
        copy_(std::move(copy)),
        ready_in_row_(copy_.ready),
        drifted_(copy_.drifted()),
        policy_(std::move(policy)),
        sync_(context, pod_, copy_, policy_->wish, [this](storage::Connection& db) { save(db); }) {}

  base::Awaitable<void> run() {
    std::exception_ptr failure;
    try {
      co_await bring();
    } catch (const RunFailed&) {
      failure = std::current_exception();
    }
    if (!failure) co_return;
    // What the pod has confirmed so far is kept, so that the next try neither repeats nor forgets it.
    copy_.last_error = words_of(failure);
    co_await save();
    std::rethrow_exception(failure);
  }

 private:
  base::Awaitable<void> bring() {
    if (lane_.uncertain() && !copy_.mark.empty()) co_await settle_doubles();
    if (!copy_.local_id.empty() && (lane_.uncertain() || drifted_)) co_await sync_.observe();
    if (copy_.local_id.empty() && !co_await create()) co_return;
    while (!co_await sync_.apply()) {
      co_await look_again();
      if (copy_.local_id.empty() && !co_await create()) co_return;
    }
    if (copy_.ready && !copy_.tagged && sync_.had_nothing_to_do()) co_await tag();
    co_await record("");
  }

  base::Awaitable<void> look_again() {
    try {
      co_await sync_.observe();
    } catch (const RunFailed& failure) {
      throw context_.as_unseen_write(failure);
    }
  }

  // The oldest that bears our mark becomes the copy, the others go.
  base::Awaitable<void> settle_doubles() {
    for (const Marked& one : co_await find_marked(context_, pod_, copy_)) {
      if (copy_.local_id.empty()) {
        copy_.local_id = one.id;
        co_await save();
      } else if (one.id != copy_.local_id) {
        co_await delete_double(context_, pod_, one.id);
      }
    }
  }

  // False: the pod will never take it; that is recorded.
  base::Awaitable<bool> create() {
    const bool lost = sync_.lost();
    // A POST that bears an earlier mark may still arrive: as long as there is one, it is by that one that it is found.
    if (copy_.mark.empty()) copy_.mark = base::random_hex(16);
    const base::Micros now = context_.clock.now();
    co_await context_.write([&](storage::Connection& db) {
      engine::confirm(db, lane_);
      keep(db, now);
      if (!lost) return;
      db.execute("UPDATE bindings SET policy_id = '', state = 'pending' WHERE policy_id = ? AND pod_id = ?",
                 {copy_.policy_id, copy_.pod_id});
    });
    if (lost) ready_in_row_ = false;
    base::fault_point("mark committed");
    json::object values{{"name", marked_name(copy_)}, {"shared", false}, {"project_id", policy_->project_id}};
    const remote::Answer answer = co_await pod_.create_policy(std::move(values));
    context_.check_answer(answer, true);
    if (!answer.ok()) {
      if (lane_.still_uncertain_until() == 0) copy_.mark.clear();  // an earlier POST may still arrive with it
      sync_.refuse("policy: " + answer.words);
      co_await record(answer.words);
      co_return false;
    }
    copy_.local_id = json::value_to<std::string>(answer.body.at("policy").at("id"));
    co_await save();
    base::fault_point("local id recorded");
    co_return true;
  }

  // For the region's admin, and for us after a restore.
  base::Awaitable<void> tag() {
    const remote::Answer answer = co_await pod_.tag_policy(copy_.local_id, "tricircle:" + copy_.policy_id);
    context_.check_answer(answer, true);
    copy_.tagged = true;  // a pod without tags refuses, and there is no more to do
  }

  base::Awaitable<void> record(const std::string& refused) {
    const base::Micros now = context_.clock.now();
    const base::Micros uncertain = lane_.still_uncertain_until();
    const std::string problems = refused.empty() ? sync_.problems() : refused;
    judge(problems, refused.empty());
    if (uncertain == 0 && !copy_.local_id.empty()) copy_.mark.clear();
    base::fault_point("before copy record");
    co_await context_.write([&](storage::Connection& db) {
      const bool anew = keep(db, now);
      if (drifted_) end_drifts(db, lane_.key, now);
      const bool awaited = take_awaited(db, copy_.policy_id, copy_.pod_id);
      if (awaited || !ready_in_row_ || !refused.empty()) {
        wake_bindings(db, "", now);
      } else if (sync_.rules_came_or_went()) {
        wake_bindings(db, kRefused, now);  // what stood in their way may have been among them
      }
      const std::optional<std::int64_t> newest = central_intent(db, copy_.policy_id);
      std::optional<base::Micros> due;
      if (copy_.ready && !copy_.tagged) due = now + kTagAfter;
      if (uncertain != 0) due = uncertain;
      const bool harm_to_check = sync_.rules_came_or_went() && !pod_.pod().embedded && harm_may_stand(db, copy_);
      const bool moved_on = anew || newest != policy_->intent || harm_to_check;
      if (moved_on) due = now;
      engine::finish(db, lane_, due, uncertain, moved_on ? lane_.priority : engine::Priority::upkeep);
      if (anew) return;
      const bool asked_for = awaited && !drifted_ && !sync_.lost();  // the binding that waits will tell
      const bool news = sync_.refused_now() && !problems.empty();
      if (news && !asked_for) engine::add_job_to_fail(db, this_job(), lane_.id, now);
      engine::close_jobs(db, lane_, policy_->intent, problems, now);
    });
    base::fault_point("after copy record");
    context_.worker.hint();
  }

  engine::NewJob this_job() const {
    json::object resource{{"policy_id", copy_.policy_id}, {"pod_id", copy_.pod_id}};
    return {kUpdatePolicy, policy_->project_id, std::move(resource), lane_.key, policy_->intent, ""};
  }

  void judge(const std::string& problems, bool ready) {
    copy_.ready = ready;
    copy_.intent = policy_->intent;
    copy_.state = problems.empty() ? kInSync : kRefused;
    copy_.last_error = problems;
  }

  base::Awaitable<void> save() {
    co_await context_.write([&](storage::Connection& db) { save(db); });
  }

  void save(storage::Connection& db) const {
    engine::confirm(db, lane_);
    keep(db, context_.clock.now());
  }

  // Who found the copy ready, and has asked for it anew or found it lost meanwhile, has taken that from its row: his
  // wish outlives this run, which knows nothing of it. True: so it is.
  bool keep(storage::Connection& db, base::Micros now) const {
    const std::optional<Asked> asked = ready_in_row_ ? asked_meanwhile(db) : std::nullopt;
    if (!asked) {
      save_copy(db, copy_, now);
      return false;
    }
    Copy anew = asked_anew(copy_);
    if (asked->lost) anew.attributes.clear();
    save_copy(db, anew, now);
    return true;
  }

  struct Asked {
    bool lost;  // its attributes are not what is stored here
  };
  std::optional<Asked> asked_meanwhile(storage::Connection& db) const {
    const auto found = db.execute("SELECT attributes FROM copies WHERE policy_id = ? AND pod_id = ? AND NOT ready",
                                  {copy_.policy_id, copy_.pod_id});
    if (found.empty()) return std::nullopt;
    return Asked{found.front().text("attributes") == "{}"};
  }

  // Of those whose wish is this policy and that do not bear it for certain, or whose job is open. `state` empty = any.
  void wake_bindings(storage::Connection& db, const std::string& state, base::Micros now) const {
    for (const std::string type : {kNetwork, kPort}) {
      const auto waiting = db.execute(
          "SELECT r.central_id FROM resource_routings r JOIN " + object_table(type) +
              " o ON o.id = r.central_id LEFT JOIN bindings b ON b.resource_type = r.resource_type AND b.central_id = "
              "r.central_id AND b.pod_id = r.pod_id WHERE r.pod_id = ? AND r.resource_type = ? AND o.qos_policy_id = ? "
              "AND ? IN ('', b.state) AND ((coalesce(b.policy_id, '') <> ? AND coalesce(b.state, '') <> 'cancelled') "
              "OR EXISTS (SELECT 1 FROM lanes l WHERE l.pod_id = r.pod_id AND l.kind = r.resource_type AND l.object_id "
              "= r.central_id AND (l.uncertain_until <> 0 OR EXISTS (SELECT 1 FROM jobs j WHERE j.lane_id = l.id AND "
              "j.finished_at IS NULL))))",
          {copy_.pod_id, type, copy_.policy_id, state, copy_.policy_id});
      for (const storage::Row& row : waiting.rows())
        engine::wake(db, binding_lane(copy_.pod_id, type, row.text("central_id")), now, engine::Wake::routine,
                     lane_.priority);
    }
  }

  static std::string words_of(const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  Context& context_;
  const engine::Lane& lane_;
  remote::PodNeutron pod_;
  Copy copy_;
  bool ready_in_row_;  // as it was read, until this run has written that the copy is lost
  const bool drifted_;
  const std::shared_ptr<const CentralPolicy> policy_;
  CopySync sync_;
};

}  // namespace

base::Awaitable<void> run_copy(Context& context, engine::Lane lane) {
  const Situation now = co_await context.look([&lane](Snapshot& at) { return look(at, lane.key); });
  if (is_over(now)) {
    co_await end_without_copy(context, lane);
  } else if (!now.policy) {
    co_await remove_copy_from_pod(context, lane, context.neutron(*now.pod), *now.copy);
  } else if (!now.wanted && !now.borne &&
             grace_is_over(*now.copy, context.upkeep.unused_copy_grace, context.clock.now())) {
    co_await remove_unused_copy(context, lane, context.neutron(*now.pod), *now.copy);
  } else {
    CopyRun run(context, lane, *now.pod, *now.copy, now.policy);
    co_await run.run();
  }
}

}  // namespace tricircle::xjob
