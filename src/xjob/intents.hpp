// What a change at the centre asks of the pods: intents bumped and jobs added, in the transaction of the change itself.
// Its cost does not grow with the number of pods. Plain functions for the caller's transaction; throw what the
// connection throws. Sources: the ten cases of the spec; design: one job row for each policy concerned.
#pragma once
#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "engine/job.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <span>
#include <string>

namespace tricircle::xjob {

using storage::Connection;

inline constexpr char kAllPods[] = "not_specified_pod";

// Case 5. Name, description or shared of a policy.
void policy_changed(Connection&, const std::string& policy_id, const std::string& project_id, const engine::Cause&);
// Case 7. The policy's row is gone; its copies stay until each pod has confirmed.
void policy_deleted(Connection&, const std::string& policy_id, const std::string& project_id, const engine::Cause&);
// Cases 8-10.
void rules_changed(Connection&, const std::string& policy_id, const std::string& project_id, const engine::Cause&);

// Cases 2, 3, 6 of a network or port (`type`: "network" or "port") whose qos_policy_id was written: bumps its intent
// and adds the job for the pods that have it. `policy_id` empty = disassociated.
void association_changed(Connection&, const std::string& type, const std::string& id, const std::string& policy_id,
                         const std::string& project_id, const engine::Cause&);

// A central network or port was deleted: its pods let our policy go; embedded ones delete the object.
void object_deleted(Connection&, const std::string& type, const std::string& id, const std::string& project_id,
                    const engine::Cause&);

// A network or port has turned up in a pod (report, import, POST /v1.0/routings): case 4. Inserts the routing and asks
// for the object's own policy there; writes the object's `met`. `id_there` empty = reserved, not yet known. False: the
// routing was there already and nothing was written. Throws base::Error (not_found) when the central object does not
// exist.
bool add_routing(Connection&, const std::string& type, const std::string& central_id, const std::string& id_there,
                 const std::string& pod_id, base::Micros now);

// A routing taken away: its binding row and lane go with it, the pod is left as it is. Where jobs are open or a run is
// at work the lane is due once more, which ends what they leave.
void remove_routing(Connection&, const std::string& type, const std::string& central_id, const std::string& pod_id);

// A job asked for by an operator (POST /v1.0/jobs; also redo). `type` as on the wire; `resource` holds exactly the
// fields of the type's schema. Returns the job's id. Throws base::Error (bad_request).
std::string add_requested_job(Connection&, const std::string& type, const std::string& project_id,
                              const boost::json::object& resource, base::Micros now);

// An operator's new try of a job with this resource: what pods have refused of its policy is sent to them anew.
void ask_again(Connection&, const boost::json::object& resource, base::Micros now);

// type -> names of its resource fields, for GET /v1.0/jobs/schemas and the check of POST /v1.0/jobs.
struct JobSchema {
  std::string_view type;
  std::span<const std::string_view> resource;
};
std::span<const JobSchema> job_schemas();

}  // namespace tricircle::xjob
