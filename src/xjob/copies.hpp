// Rows of what pods have: copies of policies and bindings of networks and ports, with the routings that name them
// there. Inside the caller's transaction; throw what the connection throws.
#pragma once
#include "base/clock.hpp"
#include "domain/qos_plan.hpp"
#include "engine/lane.hpp"
#include "remote/pod_neutron.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::xjob {

using storage::Connection;

inline constexpr char kPolicyLane[] = "policy";
inline constexpr char kNetwork[] = "network";
inline constexpr char kPort[] = "port";
inline constexpr char kSubnet[] = "subnet";
inline constexpr char kPolicyType[] = "qos_policy";  // resource_type of a copy's routing

// States shown to people.
inline constexpr char kPending[] = "pending";
inline constexpr char kInSync[] = "in_sync";
inline constexpr char kRefused[] = "refused";
inline constexpr char kForeign[] = "foreign";
inline constexpr char kHeld[] = "held";
inline constexpr char kDrifted[] = "drifted";      // changed in the pod by hand: the next run reads before it acts
inline constexpr char kCancelled[] = "cancelled";  // behind the wish, and not tried again before somebody asks

struct Copy {
  std::string policy_id;
  std::string pod_id;
  std::string project_id;
  std::string local_id;       // the routing's; '' = the pod has not confirmed one
  std::string mark;           // '' = no POST has ever been sent
  domain::Record attributes;  // confirmed in the pod
  std::vector<domain::CopyRule> rules;
  bool ready = false;  // made, each rule sent or refused: may be bound
  bool tagged = false;
  std::int64_t intent = 0;  // the policy's intent that it has reached
  std::string state = kPending;
  std::string last_error;
  base::Micros unused_since = 0;  // as an audit has noted; 0 = it is used

  bool drifted() const { return state == kDrifted; }
};

// The copy as it is when the pod is to be asked anew for what it has refused. Not ready until its own run has asked: a
// binding's job waits for that answer.
Copy asked_anew(Copy);

std::optional<Copy> find_copy(Connection&, const std::string& policy_id, const std::string& pod_id);
// Makes the copy's row and its routing without a local id, unless they are there; writes the policy's `met`. False: the
// policy is gone.
bool want_copy(Connection&, const std::string& policy_id, const std::string& pod_id, base::Micros now);
void save_copy(Connection&, const Copy&, base::Micros now);  // and the routing's local id
// A binding waits for the copy's next record: it will find out by take_awaited(), which answers once.
void await_copy(Connection&, const std::string& policy_id, const std::string& pod_id);
bool take_awaited(Connection&, const std::string& policy_id, const std::string& pod_id);
// And its routing. What the pod has stays there.
void forget_copy(Connection&, const std::string& policy_id, const std::string& pod_id);
// An operator asks again: rules that the pod has refused are sent anew. `pod_id` empty = in all pods.
void forget_refusals(Connection&, const std::string& policy_id, const std::string& pod_id, base::Micros now);

struct Binding {
  std::string type;  // network, port
  std::string central_id;
  std::string pod_id;
  std::string project_id;
  std::string policy_id;  // central id of the copy that the pod confirmed; '' = none of ours
  std::int64_t intent = 0;
  std::string state = kPending;
  std::string last_error;

  bool drifted() const { return state == kDrifted; }
};

std::optional<Binding> find_binding(Connection&, const std::string& type, const std::string& central_id,
                                    const std::string& pod_id);
// A row that says "we may be at work there", unless there is one.
void expect_binding(Connection&, const std::string& type, const std::string& central_id, const std::string& pod_id,
                    const std::string& project_id, base::Micros now);
void save_binding(Connection&, const Binding&, base::Micros now);
void remove_binding(Connection&, const std::string& type, const std::string& central_id, const std::string& pod_id);

// What the object is called in the pod; nullopt = no routing. '' = not yet known.
std::optional<std::string> local_id(Connection&, const std::string& type, const std::string& central_id,
                                    const std::string& pod_id);
void delete_routing(Connection&, const std::string& type, const std::string& central_id, const std::string& pod_id);
// The central policy that the pod's policy is a copy of; '' = none of ours.
std::string central_policy_of(Connection&, const std::string& local_policy_id, const std::string& pod_id);
bool is_our_copy(Connection&, const std::string& local_policy_id, const std::string& pod_id);

std::optional<remote::PodAddress> find_pod(Connection&, const std::string& pod_id);

engine::LaneKey copy_lane(const std::string& pod_id, const std::string& policy_id);
engine::LaneKey binding_lane(const std::string& pod_id, const std::string& type, const std::string& id);
// Table of a type: "networks", "ports". Throws std::logic_error for another type.
std::string object_table(const std::string& type);

}  // namespace tricircle::xjob
