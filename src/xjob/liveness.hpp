// Where machines wait for a change: what the priority of its lanes is set by. A hint that costs little, and no promise:
// of an object with many ports only some are looked at. Inside the caller's transaction.
#pragma once
#include "engine/lane.hpp"

#include <set>
#include <string>

namespace tricircle::xjob {

// Pods in which the object is, or is on, a port that has a device. `type`: policy, network or port (lanes' kinds).
std::set<std::string> live_pods(storage::Connection&, const std::string& type, const std::string& id);

engine::Priority priority_in(const std::set<std::string>& live_pods, const std::string& pod_id);

}  // namespace tricircle::xjob
