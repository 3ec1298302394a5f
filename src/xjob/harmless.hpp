// What would harm a pod and is therefore not sent. A rule that guarantees bandwidth needs a physical network; Neutron
// all the same adds it to the policy of a network without one as long as that has no port, and then refuses every port
// made there. What stands in a pod wins: such a rule is not added to a copy that such a network bears or may bear, and
// a copy that has the rule is not bound to one. Two runs that decide this at the same moment meet in the copy's row:
// the copy's run writes there what it is about to send, then looks who bears the copy; the binding's run holds its
// lane, then looks what the copy has. Ports need none of this: Neutron checks a rule against the ports that there are.
// Nor do embedded pods, which refuse by themselves what would harm them.
#pragma once
#include "xjob/context.hpp"
#include "xjob/copies.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tricircle::xjob {

bool needs_physical_network(std::string_view rule_type);
// A rule of the copy that needs a physical network and stands in the pod, or may be on its way; nullptr = none.
const domain::CopyRule* guarantee_of(const Copy&);
std::string place_of(const domain::CopyRule&);  // "minimum_bandwidth egress"

// What a pod's network is made on, as the pod says: of several segments the first counts, as it does for Neutron.
enum class Backing { unknown, physical, none, unsaid };
Backing backing_of(const boost::json::object& network);
std::string spelled(Backing);

// As remembered with the network's binding. Inside the caller's transaction.
Backing find_backing(Connection&, const std::string& network_id, const std::string& pod_id);
void remember_backing(Connection&, const std::string& network_id, const std::string& pod_id, Backing);

// A network of the pod that bears the copy, or may: its binding's run is under way, or has ended unseen.
struct Bearer {
  std::string central_id;
  std::string local_id;
  Backing backing = Backing::unknown;
  bool confirmed = false;
};
std::vector<Bearer> networks_bearing(Connection&, const std::string& policy_id, const std::string& pod_id);
// Something that stands now harms or may harm: the copy's lane must look.
bool harm_may_stand(Connection&, const Copy&);

// The network that a rule which needs a physical one would harm, if any; a confirmed bearer comes first. Asks the pod
// for what it has not said yet. `announce`, when given, writes the copy with what is about to be sent, in the
// transaction that looks. Throws RunFailed.
base::Awaitable<std::optional<Bearer>> find_harmed(Context&, remote::PodNeutron&, const Copy&,
                                                   std::function<void(Connection&)> announce);

// A network or port has let the copy go: what was refused for its sake is asked anew.
void use_ended(Connection&, const std::string& policy_id, const std::string& pod_id, base::Micros now);
// A network that might have come to bear the copy has not.
void harm_averted(Connection&, const std::string& policy_id, const std::string& pod_id, base::Micros now);
// The same for whatever copy of the pod it may have been.
void harm_averted(Connection&, const std::string& pod_id, base::Micros now);

}  // namespace tricircle::xjob
