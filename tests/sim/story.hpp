// A story: what tenants, operators and fate do, and when. Made from a seed; plain data that can be shortened, printed
// and played again.
#pragma once
#include "base/clock.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tricircle::sim {

enum class Act {
  // tenants, over the API: `what` names a policy (or an object), `which` a rule, `value` its value
  create_policy,
  delete_policy,
  rename_policy,
  set_rule,
  delete_rule,
  associate,  // object `what` with policy `which`; -1 = none
  delete_object,
  appear,      // object `what` turns up in pod `which`
  lost_there,  // the pod `which` has deleted its object `what`, and says so
  // fate
  spoil,         // the next `value` calls to pod `what` meet fault `which`
  kill_worker,   // `what`; it comes again after `value` milliseconds
  kill_centre,   // comes again after `value` milliseconds
  stall_worker,  // `what` stands still for `value` milliseconds
  stall_centre,
  break_store,  // the next `value` writes of worker `what` fail; one past the last worker is the centre
  // the pod's own people, in pod `what`
  edit_copy,    // change our policy number `which`
  delete_copy,  // delete it, where the pod lets them
  bind_own,     // put a policy of the pod's own on object `which`
  unbind,       // take whatever there is off object `which`
  forget_all,   // all of ours is gone: the pod was restored from an old backup
  // the operator
  back_up,       // the centre's store
  restore,       // what was backed up last; what the centre has accepted since is gone, and the pods still have it
  pause_pod,     // `what`, for `value` milliseconds
  pause_policy,  // the same
  cancel,        // one of the jobs that wait, by `which`
  redo,          // all jobs that have failed
};

struct Step {
  base::Micros at = 0;  // since the story's beginning
  Act act = Act::rename_policy;
  int what = 0;
  int which = 0;
  int value = 0;
};

struct Story {
  std::uint64_t seed = 0;  // of all that is not told: how long each thing takes
  int pods = 2;
  int workers = 2;
  int nodes = 1;  // of the store
  std::vector<Step> steps;
};

inline constexpr int kPolicies = 3;
inline constexpr int kObjects = 4;  // two networks, and a port on each
inline constexpr int kRules = 4;

Story make_story(std::uint64_t seed);
std::string told(const Step&);
std::string told(const Story&);

}  // namespace tricircle::sim
