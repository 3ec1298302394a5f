// The kinds of job that XJob knows, as they are called on the wire, and the fields of their resources.
#pragma once
#include <string>

#include <boost/json/object.hpp>

namespace tricircle::xjob {

inline constexpr char kCreatePolicy[] = "qos_create";
inline constexpr char kUpdatePolicy[] = "qos_update";
inline constexpr char kDeletePolicy[] = "qos_delete";
inline constexpr char kSyncRules[] = "sync_qos_rule";
inline constexpr char kUpdateNetwork[] = "update_network";
inline constexpr char kUpdatePort[] = "update_port";
inline constexpr char kDeletePort[] = "port_delete";

// The resource of a job about a network or port, but for its pod_id.
boost::json::object object_job_resource(const std::string& job_type, const std::string& type, const std::string& id,
                                        const std::string& policy_id);

}  // namespace tricircle::xjob
