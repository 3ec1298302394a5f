// The rows of a copy and of bindings that a pod had before the centre came: as if XJob had made them and the pod had
// confirmed it, so that nothing is left to do there. No call to a pod. Inside the caller's transaction.
#pragma once
#include "xjob/copies.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tricircle::xjob {

// The pod's policy `local_id` is the central policy's copy from now on, with these contents, which are the policy's
// own. Its tag comes by a run of its lane. False: the policy is gone, or has a copy there, or the pod's is one already.
bool adopt_copy(Connection&, const std::string& policy_id, const std::string& pod_id, const std::string& local_id,
                domain::Record attributes, std::vector<domain::CopyRule> rules, base::Micros now);

// The central policy whose ready copy this is; '' = it is none.
std::string policy_of_copy(Connection&, const std::string& pod_id, const std::string& local_id);

// Nobody is at work on the object in that pod or is to come, and XJob has bound nothing there.
bool is_untouched(Connection&, const std::string& type, const std::string& central_id, const std::string& pod_id);

// The object bears the policy, as the centre wishes from this intent on. Of a network: what it is made on there
// ("physical", "none", "unsaid").
void confirm_binding(Connection&, const Binding&, const std::string& backing, base::Micros now);

}  // namespace tricircle::xjob
