// The run of a lane (pod, network) or (pod, port): makes the pod's object bear the copy of the policy that the centre
// wishes, or none; or lets go of an object that was deleted at the centre. The wish is read right before the call and
// compared again in the transaction that records.
#pragma once
#include "xjob/context.hpp"
#include "xjob/copies.hpp"
#include "xjob/harmless.hpp"

namespace tricircle::xjob {

base::Awaitable<void> run_binding(Context&, engine::Lane);

// An object of the pod has let this policy's copy go ('' = it bore none of ours). A deleted policy's copy waits for the
// last binding that confirms it; any other may have waited with a rule. Inside the caller's transaction.
void wake_copy_let_go(Connection&, const std::string& policy_id, const std::string& pod_id, base::Micros now);

// What a pod shows of a network or port.
struct Seen {
  bool gone = false;
  std::string policy_id;  // local; '' = none
  std::int64_t revision = 0;
  Backing backing = Backing::unsaid;  // of a network
};
// Throws RunFailed unless the pod showed the object or said that it is gone.
base::Awaitable<Seen> see_object(Context&, remote::PodNeutron&, std::string type, std::string local_id);
// The same after `refused`, a write of ours that was answered with 412: a failure leaves its end unseen.
base::Awaitable<Seen> see_object_after(bool refused, Context&, remote::PodNeutron&, std::string type,
                                       std::string local_id);

// The pod itself says that it has no such object.
bool object_is_gone(const remote::Answer&, const std::string& type);
// The words with which the error of a binding begins whose object the pod says it has not.
std::string not_there(const std::string& type);

// Takes off what is ours and nothing else: reads, then writes null unless the pod has none or somebody else's policy.
// Also used for case 6. Throws RunFailed.
enum class LetGo { done, foreign, gone };
base::Awaitable<LetGo> let_go(Context&, remote::PodNeutron&, std::string type, std::string local_id);

}  // namespace tricircle::xjob
