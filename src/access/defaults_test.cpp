#include "access/defaults.hpp"

#include "access/policy.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tricircle::access {
namespace {

// Who is let through: a = admin, s = service, M = manager, m = member, r = reader, - = a role that says nothing.
// `own` on the caller's project's object, `foreign` on another's.
struct Row {
  const char* action;
  std::string own;
  std::string foreign;
  Target more = {};
};

constexpr std::pair<char, const char*> kRoles[] = {{'a', "admin"},  {'s', "service"}, {'M', "manager"},
                                                   {'m', "member"}, {'r', "reader"},  {'-', "somebody"}};

std::string let_through(const Policy& policy, const Row& row, const std::string& project) {
  Target target = row.more;
  target.emplace("project_id", project);
  target.emplace("ext_parent:project_id", project);
  target.emplace("network:project_id", project);
  std::string roles;
  for (const auto& [letter, role] : kRoles) {
    if (policy.allows(row.action, {"u1", "p1", {role}}, target)) roles += letter;
  }
  return roles;
}

void expect(const std::vector<Row>& rows) {
  const Policy policy;
  for (const Row& row : rows) {
    EXPECT_TRUE(policy.has(row.action)) << row.action;
    EXPECT_EQ(let_through(policy, row, "p1"), row.own) << row.action << ", own";
    EXPECT_EQ(let_through(policy, row, "p2"), row.foreign) << row.action << ", foreign";
  }
}

TEST(PolicyDefaults, OfNetworksAndSubnets) {
  expect({
      {"create_network", "asMm", "as"},
      {"get_network", "asMmr", "as"},
      {"get_network", "asMmr-", "asMmr-", {{"shared", "True"}}},
      {"get_network", "asMmr-", "asMmr-", {{"router:external", "True"}}},
      {"update_network", "asMm", "as"},
      {"update_network", "asMm", "as", {{"shared", "True"}}},
      {"delete_network", "asMm", "as"},
      {"create_network:shared", "as", "as"},
      {"update_network:router:external", "as", "as"},
      {"create_network:is_default", "as", "as"},
      {"get_network:provider:network_type", "as", "as"},
      {"create_network:provider:segmentation_id", "as", "as"},
      {"update_network:port_security_enabled", "asMm", "as"},
      {"get_network:tags", "asMmr", "as"},
      {"update_network:tags", "asMm", "as"},
      {"create_subnet", "asMm", "as"},
      {"create_subnet", "as", "as", {{"network:project_id", "p3"}}},
      {"get_subnet", "asMmr", "as"},
      {"get_subnet", "asMmr-", "asMmr-", {{"network:shared", "True"}}},
      {"update_subnet", "asMm", "asMm", {{"network:project_id", "p1"}}},
      {"delete_subnet", "asMm", "as"},
      {"update_subnet:service_types", "as", "as"},
  });
}

TEST(PolicyDefaults, OfPorts) {
  const Target others_network{{"network:project_id", "p3"}};
  const Target shared_network{{"network:project_id", "p3"}, {"network:shared", "True"}};
  expect({
      {"create_port", "asMm", "as"},
      {"create_port", "asMm", "as", shared_network},
      {"get_port", "asMmr", "as"},
      {"get_port", "asMmr", "asMmr", {{"network:project_id", "p1"}}},
      {"update_port", "asMm", "as", others_network},
      {"update_port", "asMm", "as", {{"network:project_id", "p1"}}},
      {"delete_port", "asMm", "asMm", {{"network:project_id", "p1"}}},
      {"create_port:mac_address", "asMm", "as"},
      {"create_port:mac_address", "as", "as", shared_network},
      {"update_port:mac_address", "asM", "as"},
      {"create_port:fixed_ips", "asMmr-", "asMmr-", shared_network},
      {"create_port:fixed_ips:ip_address", "as", "as", shared_network},
      {"create_port:fixed_ips:subnet_id", "asMmr-", "asMmr-", shared_network},
      {"create_port:allowed_address_pairs", "as", "as", others_network},
      {"create_port:port_security_enabled", "asMm", "as"},
      {"create_port:device_owner", "asMmr-", "asMmr-", {{"device_owner", "compute:nova"}}},
      {"create_port:device_owner", "asMm", "as", {{"device_owner", "network:dhcp"}}},
      {"create_port:device_owner", "as", "as", {{"device_owner", "network:dhcp"}, {"network:project_id", "p3"}}},
      {"create_port:binding:host_id", "as", "as"},
      {"update_port:binding:profile", "as", "as"},
      {"get_port:binding:vif_type", "as", "as"},
      {"update_port:binding:vnic_type", "asMm", "as"},
      {"update_port:tags", "asMm", "as"},
  });
}

TEST(PolicyDefaults, OfQosPoliciesAndTheirRules) {
  expect({
      {"get_policy", "asMmr", "as"},
      {"get_policy", "asMmr-", "asMmr-", {{"shared", "True"}}},
      {"create_policy", "aM", "a"},
      {"update_policy", "aM", "a"},
      {"update_policy", "aM", "a", {{"shared", "True"}}},
      {"delete_policy", "aM", "a"},
      {"get_policy:tags", "asMmr", "as"},
      {"update_policy:tags", "aM", "a"},
      {"get_rule_type", "asMmr", "asMmr"},
      {"get_rule_type:drivers", "as", "as"},
  });
  for (const std::string type :
       {"bandwidth_limit", "dscp_marking", "minimum_bandwidth", "packet_rate_limit", "minimum_packet_rate"}) {
    const std::string rule = "policy_" + type + "_rule";
    expect({{("get_" + rule).c_str(), "asMmr", "asMmr"},
            {("create_" + rule).c_str(), "aM", "a"},
            {("update_" + rule).c_str(), "aM", "a"},
            {("delete_" + rule).c_str(), "aM", "a"}});
    if (type == "packet_rate_limit") continue;
    const std::string alias = "alias_" + type + "_rule";
    expect({{("get_" + alias).c_str(), "asMmr", "asMmr"},
            {("update_" + alias).c_str(), "aM", "a"},
            {("delete_" + alias).c_str(), "aM", "a"}});
  }
}

TEST(PolicyDefaults, OfSharingAndQuotas) {
  const Target everyone{{"target_tenant", "*"}};
  const Target one{{"target_tenant", "p3"}};
  expect({
      {"create_rbac_policy", "asMm", "as"},
      {"create_rbac_policy:target_tenant", "a", "a", everyone},
      {"create_rbac_policy:target_tenant", "asMmr-", "asMmr-", one},
      {"update_rbac_policy:target_tenant", "a", "a", everyone},
      {"get_rbac_policy", "asMmr", "as"},
      {"delete_rbac_policy", "asMm", "as"},
      {"get_quota", "aM", "a"},
      {"update_quota", "a", "a"},
      {"delete_quota", "a", "a"},
      {"get_availability_zone", "asMmr", "asMmr"},
  });
}

TEST(PolicyDefaults, HaveNoRuleForWhatNobodyDoes) {
  const Policy policy;
  EXPECT_FALSE(policy.has("create_router"));
  EXPECT_FALSE(policy.allows("create_router", {"u", "p", {"admin"}}, {}));
  EXPECT_FALSE(policy.allows("", {"u", "p", {"admin"}}, {}));
}

TEST(PolicyDefaults, ListEachRuleOnceByName) {
  std::vector<std::string> names;
  Policy().each([&](const std::string& name, const std::string& rule) {
    names.push_back(name);
    if (name == "create_network") {
      EXPECT_EQ(rule, "rule:admin_or_service or rule:project_member");
    }
  });
  const std::size_t written = common_defaults().size() + network_defaults().size() + port_defaults().size() +
                              qos_defaults().size() + sharing_defaults().size();
  EXPECT_EQ(names.size(), written) << "a name stands in two tables";
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

}  // namespace
}  // namespace tricircle::access
