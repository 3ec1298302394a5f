#include "xjob/liveness.hpp"

#include "xjob/copies.hpp"

namespace tricircle::xjob {
namespace {

// Ports of one network come in the order of their MAC addresses: a fair sample.
constexpr char kOfPort[] = "SELECT id, device_id FROM ports WHERE id = ?";
constexpr char kOfNetwork[] = "SELECT id, device_id FROM ports WHERE network_id = ? ORDER BY mac_address LIMIT 200";
constexpr char kOfPolicy[] =
    "SELECT * FROM (SELECT id, device_id FROM ports WHERE qos_policy_id = ? LIMIT 200) AS bound UNION ALL "
    "SELECT * FROM (SELECT p.id, p.device_id FROM networks n JOIN ports p ON p.network_id = n.id WHERE "
    "n.qos_policy_id = ? LIMIT 200) AS of_networks";

}  // namespace

std::set<std::string> live_pods(storage::Connection& db, const std::string& type, const std::string& id) {
  const std::string sample = type == kPort ? kOfPort : type == kNetwork ? kOfNetwork : kOfPolicy;
  std::vector<storage::Value> values(type == kPolicyLane ? 2 : 1, id);
  const auto found = db.execute("SELECT DISTINCT r.pod_id FROM (" + sample +
                                    ") AS p JOIN resource_routings r ON r.central_id = p.id AND r.resource_type = "
                                    "'port' WHERE p.device_id <> ''",
                                values);
  std::set<std::string> pods;
  for (const storage::Row& row : found.rows()) pods.insert(row.text("pod_id"));
  return pods;
}

engine::Priority priority_in(const std::set<std::string>& live_pods, const std::string& pod_id) {
  return live_pods.contains(pod_id) ? engine::Priority::live : engine::Priority::normal;
}

}  // namespace tricircle::xjob
