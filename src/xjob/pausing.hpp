// A paused policy: its copies' lanes are passed over by claims (engine/pause.hpp), and a binding that would bring it to
// a pod steps aside until its copy's lane has run again, which it does after the resume. What takes a policy off goes
// on, and what a pod has stays. Inside the caller's transaction.
#pragma once
#include "engine/lane.hpp"

#include <string>

namespace tricircle::xjob {

bool policy_is_paused(storage::Connection&, const std::string& policy_id);

// The binding's lane steps aside, or is due at once when the pause is over meanwhile.
void wait_for_resume(storage::Connection&, const engine::Lane& binding, const std::string& policy_id, base::Micros now,
                     base::Micros longest_backoff);

}  // namespace tricircle::xjob
