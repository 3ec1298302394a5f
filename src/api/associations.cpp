#include "api/associations.hpp"

#include "api/access.hpp"
#include "api/columns.hpp"
#include "domain/errors.hpp"

#include <fmt/format.h>

namespace tricircle::api {
namespace {

using storage::Connection;

constexpr std::string_view kMinimumBandwidth = "minimum_bandwidth";

// What is not on a physical network is a tunnel; a network that says nothing of its making may become anything in a
// pod.
bool is_tunnelled(const domain::Record& network) {
  return !text_in(network, "provider:network_type").empty() && text_in(network, "provider:physical_network").empty();
}

}  // namespace

bool meet_policy(Connection& db, const std::string& policy_id) {
  return db.execute("UPDATE qos_policies SET met = met + 1 WHERE id = ?", {policy_id}).affected() > 0;
}

void check_association(Connection& db, const Caller& caller, const std::string& before, const std::string& wanted,
                       const domain::Record& network) {
  const domain::Resource& policies = domain::policy_resource();
  if (!before.empty() && !sees(db, caller, policies, before))
    throw base::Error(base::ErrorKind::forbidden, "PolicyRemoveAuthorizationError",
                      fmt::format("Failed to remove provided policy {} because you are not authorized.", before));
  if (wanted.empty()) return;
  if (!meet_policy(db, wanted) || !sees(db, caller, policies, wanted)) throw domain::not_found(policies, wanted);
  refuse_unsupported(db, wanted, network);
}

void refuse_unsupported(Connection& db, const std::string& policy_id, const domain::Record& network) {
  if (policy_id.empty() || !is_tunnelled(network)) return;
  const auto rules = db.execute("SELECT id FROM qos_rules WHERE qos_policy_id = ? AND type = ?",
                                {policy_id, std::string(kMinimumBandwidth)});
  if (!rules.empty()) throw domain::rule_not_supported_by_network(kMinimumBandwidth, text_in(network, "id"));
}

void check_users_support(Connection& db, const std::string& policy_id, std::string_view rule_type) {
  if (rule_type != kMinimumBandwidth) return;
  const auto tunnelled = db.execute(
      "SELECT n.id AS id FROM networks n WHERE n.\"provider:network_type\" IS NOT NULL AND "
      "n.\"provider:physical_network\" IS NULL AND (n.qos_policy_id = ? OR n.id IN "
      "(SELECT p.network_id FROM ports p WHERE p.qos_policy_id = ?)) LIMIT 1",
      {policy_id, policy_id});
  if (!tunnelled.empty()) throw domain::rule_not_supported_by_network(rule_type, tunnelled.front().text("id"));
}

void refuse_guarantee_in_use(Connection& db, const std::string& policy_id) {
  const auto machines = db.execute(
      "SELECT id FROM ports WHERE device_owner LIKE 'compute:%' AND (qos_policy_id = ? OR (qos_policy_id IS NULL AND "
      "network_id IN (SELECT id FROM networks WHERE qos_policy_id = ?))) LIMIT 1",
      {policy_id, policy_id});
  if (machines.empty()) return;
  throw base::Error(base::ErrorKind::not_implemented, "NotImplementedError",
                    "Cannot update QoS policies/rules backed by resources tracked in Placement");
}

void refuse_policy_in_use(Connection& db, const std::string& policy_id) {
  const auto ports = db.execute("SELECT id FROM ports WHERE qos_policy_id = ? LIMIT 1", {policy_id});
  if (!ports.empty()) throw domain::policy_in_use(policy_id, "port", ports.front().text("id"));
  const auto networks = db.execute("SELECT id FROM networks WHERE qos_policy_id = ? LIMIT 1", {policy_id});
  if (!networks.empty()) throw domain::policy_in_use(policy_id, "network", networks.front().text("id"));
}

}  // namespace tricircle::api
