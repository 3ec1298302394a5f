#include "xjob/pausing.hpp"

#include "engine/job.hpp"
#include "engine/pause.hpp"
#include "xjob/copies.hpp"

#include <algorithm>

namespace tricircle::xjob {

using engine::Lane;

bool policy_is_paused(Connection& db, const std::string& policy_id) {
  return engine::is_paused(db, kPolicyLane, policy_id);
}

void wait_for_resume(Connection& db, const Lane& binding, const std::string& policy_id, base::Micros now,
                     base::Micros longest_backoff) {
  const std::string& pod_id = binding.key.pod_id;
  std::optional<base::Micros> due;
  engine::Priority priority = binding.priority;
  if (!policy_is_paused(db, policy_id)) {
    due = now;
  } else if (want_copy(db, policy_id, pod_id, now)) {
    await_copy(db, policy_id, pod_id);
    engine::wake(db, copy_lane(pod_id, policy_id), now, engine::Wake::routine, binding.priority);
  }
  // What no copy's run would wake: the second look after a lost call.
  if (!due && binding.uncertain()) {
    due = std::max(binding.uncertain_until, now + longest_backoff);
    priority = engine::Priority::upkeep;
  }
  engine::postpone_jobs(db, binding, std::string("the policy is ") + engine::kPausedWords, due.value_or(now), now);
  engine::finish(db, binding, due, binding.uncertain_until, priority);
}

}  // namespace tricircle::xjob
