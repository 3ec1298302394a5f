#include "base/error.hpp"
#include "engine/job.hpp"
#include "xjob/copies.hpp"
#include "xjob/intents.hpp"
#include "xjob/job_types.hpp"

#include <array>

#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;

constexpr std::string_view kCreateFields[] = {"pod_id", "policy_id", "res_type", "res_id"};
constexpr std::string_view kPolicyFields[] = {"pod_id", "policy_id"};
constexpr std::string_view kSyncFields[] = {"rule_id", "policy_id"};
constexpr std::string_view kNetworkFields[] = {"pod_id", "network_id"};
constexpr std::string_view kPortFields[] = {"pod_id", "port_id"};

constexpr std::array kSchemas{
    JobSchema{kCreatePolicy, kCreateFields},   JobSchema{kUpdatePolicy, kPolicyFields},
    JobSchema{kDeletePolicy, kPolicyFields},   JobSchema{kSyncRules, kSyncFields},
    JobSchema{kUpdateNetwork, kNetworkFields}, JobSchema{kUpdatePort, kPortFields},
    JobSchema{kDeletePort, kPortFields},
};

base::Error bad_request(const std::string& message) {
  return {base::ErrorKind::bad_request, "HTTPBadRequest", message};
}

std::string field(const json::object& resource, std::string_view name) {
  const json::value* value = resource.if_contains(name);
  if (value == nullptr || value->is_null()) return "";
  if (!value->is_string()) throw bad_request("Field " + std::string(name) + " of the resource must be text.");
  return json::value_to<std::string>(*value);
}

std::int64_t intent_of(Connection& db, const std::string& table, const std::string& id) {
  const auto found = db.execute("SELECT intent FROM " + table + " WHERE id = ?", {id});
  if (found.empty()) throw bad_request("No object with id " + id + " is known here.");
  return found.front().integer("intent");
}

// A parent for all pods, or the one job of one pod.
std::string add_for_pod(Connection& db, const std::string& type, const std::string& project_id,
                        const json::object& resource, engine::LaneKey lane, std::int64_t wanted, base::Micros now) {
  if (lane.pod_id == kAllPods) return engine::add_parent(db, type, project_id, resource, wanted, now);
  if (!find_pod(db, lane.pod_id)) throw bad_request("No pod with id " + lane.pod_id + " is known here.");
  return engine::add_job(db, {type, project_id, resource, std::move(lane), wanted, ""}, now);
}

std::string add_object_job(Connection& db, const std::string& type, const std::string& project_id,
                           const json::object& resource, const std::string& object_type, const std::string& id,
                           base::Micros now) {
  const std::string pod = field(resource, "pod_id");
  // A deletion's job is about an object that is gone here.
  const std::int64_t wanted = type == kDeletePort ? engine::kGone : intent_of(db, object_table(object_type), id);
  if (type == kDeletePort && !db.execute("SELECT id FROM ports WHERE id = ?", {id}).empty())
    throw bad_request("Port " + id + " still exists; delete it at the centre.");
  if (pod != kAllPods && !local_id(db, object_type, id, pod))
    throw bad_request("The " + object_type + " " + id + " has no routing in pod " + pod + ".");
  return add_for_pod(db, type, project_id, resource, binding_lane(pod, object_type, id), wanted, now);
}

std::string add_create_job(Connection& db, const std::string& project_id, const json::object& resource,
                           base::Micros now) {
  const std::string id = field(resource, "res_id");
  if (!id.empty()) {
    const std::string type = field(resource, "res_type");
    if (type != kNetwork && type != kPort) throw bad_request("Field res_type of the resource must be network or port.");
    return add_object_job(db, kCreatePolicy, project_id, resource, type, id, now);
  }
  const std::string policy = field(resource, "policy_id");
  const std::string pod = field(resource, "pod_id");
  const std::int64_t wanted = intent_of(db, "qos_policies", policy);
  std::string job = add_for_pod(db, kCreatePolicy, project_id, resource, copy_lane(pod, policy), wanted, now);
  if (pod != kAllPods) want_copy(db, policy, pod, now);
  return job;
}

void check_fields(const JobSchema& schema, const json::object& resource) {
  for (const std::string_view name : schema.resource) {
    if (!resource.contains(name)) throw bad_request("Field " + std::string(name) + " of the resource is missing.");
    if (name != "rule_id" && name != "res_id" && name != "res_type" && field(resource, name).empty())
      throw bad_request("Field " + std::string(name) + " of the resource is empty.");
  }
  if (resource.size() != schema.resource.size()) throw bad_request("The resource has redundant fields.");
}

const JobSchema& schema_of(const std::string& type) {
  for (const JobSchema& schema : kSchemas) {
    if (schema.type == type) return schema;
  }
  throw bad_request("Job type " + type + " is not known.");
}

}  // namespace

std::span<const JobSchema> job_schemas() {
  return kSchemas;
}

json::object object_job_resource(const std::string& job_type, const std::string& type, const std::string& id,
                                 const std::string& policy_id) {
  if (job_type == kCreatePolicy) return {{"policy_id", policy_id}, {"res_type", type}, {"res_id", id}};
  json::object resource;
  resource[type + "_id"] = id;
  return resource;
}

void ask_again(Connection& db, const json::object& resource, base::Micros now) {
  const std::string pod = resource.contains("pod_id") ? field(resource, "pod_id") : kAllPods;
  if (resource.contains("policy_id"))
    forget_refusals(db, field(resource, "policy_id"), pod == kAllPods ? "" : pod, now);
}

std::string add_requested_job(Connection& db, const std::string& type, const std::string& project_id,
                              const json::object& resource, base::Micros now) {
  check_fields(schema_of(type), resource);
  ask_again(db, resource, now);
  if (type == kCreatePolicy) return add_create_job(db, project_id, resource, now);
  if (type == kUpdateNetwork)
    return add_object_job(db, type, project_id, resource, kNetwork, field(resource, "network_id"), now);
  if (type == kUpdatePort || type == kDeletePort)
    return add_object_job(db, type, project_id, resource, kPort, field(resource, "port_id"), now);
  const std::string policy = field(resource, "policy_id");
  if (type == kSyncRules) {
    // rule_id is taken and ignored: the whole rule set is brought in line.
    return engine::add_parent(db, type, project_id, json::object{{"policy_id", policy}},
                              intent_of(db, "qos_policies", policy), now);
  }
  if (type == kDeletePolicy && !db.execute("SELECT id FROM qos_policies WHERE id = ?", {policy}).empty())
    throw bad_request("Policy " + policy + " still exists; delete it at the centre.");
  const std::int64_t wanted = type == kDeletePolicy ? engine::kGone : intent_of(db, "qos_policies", policy);
  return add_for_pod(db, type, project_id, resource, copy_lane(field(resource, "pod_id"), policy), wanted, now);
}

}  // namespace tricircle::xjob
