#include "api/test_server.hpp"

namespace tricircle::api {
namespace {

constexpr const char* kRbac = "/v2.0/rbac-policies";

class RbacTest : public NeutronTest {
 protected:
  static std::string entry(const std::string& type, const std::string& object, const std::string& target,
                           const std::string& action = "access_as_shared") {
    return R"({"rbac_policy":{"object_type":")" + type + R"(","object_id":")" + object + R"(","action":")" + action +
           R"(","target_tenant":")" + target + R"("}})";
  }
  std::string share(const std::string& type, const std::string& object, const std::string& target) {
    return make(kRbac, entry(type, object, target));
  }
  bool shared(const std::string& path, const std::string& project) {
    return get(path, member(project)).body.as_object().begin()->value().at("shared").as_bool();
  }
};

TEST_F(RbacTest, AnEntryShowsItselfAsNeutronsDo) {
  const std::string policy = make_policy();
  const Answer made = post(kRbac, entry(" QoS_policy ", policy, "p1"));
  ASSERT_EQ(made.status, 201);
  const boost::json::object& shown = made.body.at("rbac_policy").as_object();
  EXPECT_EQ(shown.at("object_type"), "qos_policy");
  EXPECT_EQ(shown.at("target_tenant"), "p1");
  EXPECT_EQ(shown.at("tenant_id"), "admin");
  EXPECT_EQ(shown.size(), 7U);
  EXPECT_EQ(get(std::string(kRbac) + "?object_type=network").body.at("rbac_policies").as_array().size(), 0U);
  EXPECT_EQ(get(std::string(kRbac) + "?object_id=" + policy).body.at("rbac_policies").as_array().size(), 1U);
}

TEST_F(RbacTest, APolicySharedWithAProjectIsSeenThereAndNowhereElse) {
  const std::string policy = make_policy();
  const std::string path = "/v2.0/qos/policies/" + policy;
  EXPECT_EQ(get(path, member("p1")).status, 404);
  share("qos_policy", policy, "p1");
  EXPECT_TRUE(shared(path, "p1"));
  EXPECT_EQ(get(path, member("p2")).status, 404);
  EXPECT_EQ(get("/v2.0/qos/policies", member("p1")).body.at("policies").as_array().size(), 1U);
  EXPECT_EQ(get(path).body.at("policy").at("shared"), false) << "it is not shared with the administrator's project";
  EXPECT_EQ(get("/v2.0/qos/policies?shared=true").body.at("policies").as_array().size(), 0U);
}

TEST_F(RbacTest, AListThatIsLongerThanOneStatementTakesSaysOfEachHowItIsShared) {
  constexpr int kEach = 300;
  for (int i = 0; i < kEach; ++i) {
    make_policy(R"({"name":"shared","shared":true})");
    make_policy(R"({"name":"own","project_id":"p1"})");
  }
  const Answer all = get("/v2.0/qos/policies", member("p1"));
  ASSERT_EQ(all.body.at("policies").as_array().size(), 2U * kEach);
  for (const boost::json::value& policy : all.body.at("policies").as_array())
    EXPECT_EQ(policy.at("shared").as_bool(), policy.at("name") == "shared");
}

TEST_F(RbacTest, AListOfWhatIsSharedIsOfWhatIsSharedWithTheCaller) {
  const auto shared = [&](const std::string& filters, const http::Headers& caller) {
    std::string names;
    const Answer list = get("/v2.0/networks?sort_key=name&sort_dir=asc&" + filters, caller);
    for (const auto& network : list.body.at("networks").as_array()) names += network.at("name").as_string().c_str();
    return names;
  };
  const std::string given = make_network(R"({"name":"g"})");
  make_network(R"({"name":"e","shared":true})");
  ASSERT_EQ(make("/v2.0/networks", R"({"network":{"name":"o"}})", member("p1")).size(), 36U);
  make("/v2.0/rbac-policies", R"({"rbac_policy":{"object_type":"network","object_id":")" + given +
                                  R"(","target_tenant":"p1","action":"access_as_shared"}})");
  EXPECT_EQ(shared("shared=True", member("p1")), "eg");
  EXPECT_EQ(shared("shared=False", member("p1")), "o");
  EXPECT_EQ(shared("shared=False&shared=True", member("p1")), "o");
  EXPECT_EQ(shared("shared=True", {}), "e");
  EXPECT_EQ(get("/v2.0/rbac-policies?object_type=Network").body.at("rbac_policies").as_array().size(), 2);
  EXPECT_EQ(get("/v2.0/rbac-policies?object_type=5").type(), "InvalidInput");
  for (const char* type : {"5", "null", "[]", "18446744073709551615"}) {
    const std::string body = R"({"rbac_policy":{"object_id":")" + given + R"(","target_tenant":"*","action":"x",)";
    EXPECT_EQ(post("/v2.0/rbac-policies", body + R"("object_type":)" + type + "}}").status, 400) << type;
  }
}

TEST_F(RbacTest, SharedIsAnEntryForEveryoneAndTheOtherWayRound) {
  const std::string policy = make_policy(R"({"shared":true})");
  const Answer entries = get(kRbac);
  ASSERT_EQ(entries.body.at("rbac_policies").as_array().size(), 1U);
  EXPECT_EQ(entries.body.at("rbac_policies").at(0).at("target_tenant"), "*");
  const std::string id(entries.body.at("rbac_policies").at(0).at("id").as_string());
  ASSERT_EQ(remove(std::string(kRbac) + "/" + id).status, 204);
  EXPECT_EQ(get("/v2.0/qos/policies/" + policy).body.at("policy").at("shared"), false);
  share("qos_policy", policy, "*");
  EXPECT_EQ(get("/v2.0/qos/policies/" + policy).body.at("policy").at("shared"), true);
  EXPECT_EQ(get("/v2.0/qos/policies?shared=true").body.at("policies").as_array().size(), 1U);
  put("/v2.0/qos/policies/" + policy, R"({"policy":{"shared":false}})");
  EXPECT_EQ(count("rbac_policies"), 0);
}

TEST_F(RbacTest, APolicysCopiesAreToldOfSharingByAnEntry) {
  const std::string policy = make_policy();
  std::vector<bool> told;
  plugin.on_changed = [&](Call&) {
    if (plugin.notes.back() == "updated policy of admin")
      told = {plugin.before.at("shared").as_bool(), plugin.after.at("shared").as_bool()};
  };
  share("qos_policy", policy, "*");
  EXPECT_EQ(told, (std::vector<bool>{false, true}));
}

TEST_F(RbacTest, AnEntryInUseStays) {
  const std::string policy = make_policy();
  const std::string entry_id = share("qos_policy", policy, "p1");
  const std::string network = make_network(R"({"project_id":"p1"})");
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"qos_policy_id":")" + policy + R"("}})").status, 200);
  const Answer refused = remove(std::string(kRbac) + "/" + entry_id);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.type(), "RbacPolicyInUse");
  EXPECT_EQ(put(std::string(kRbac) + "/" + entry_id, R"({"rbac_policy":{"target_tenant":"p2"}})").status, 409);
  EXPECT_EQ(put(std::string(kRbac) + "/" + entry_id, R"({"rbac_policy":{"target_tenant":"*"}})").status, 200);
  EXPECT_EQ(remove(std::string(kRbac) + "/" + entry_id).status, 409);
  share("qos_policy", policy, "p1");
  EXPECT_EQ(remove(std::string(kRbac) + "/" + entry_id).status, 204) << "another entry covers the user";
}

TEST_F(RbacTest, TheOwnersOwnUseHoldsNoEntry) {
  const std::string network = make_network();
  const std::string entry_id = share("network", network, "*");
  make_port(network);
  EXPECT_EQ(remove(std::string(kRbac) + "/" + entry_id).status, 204);
}

TEST_F(RbacTest, ASharedNetworkTakesPortsOfTheOtherProject) {
  const std::string network = make_network();
  make_subnet(network, "10.0.0.0/24");
  const std::string entry_id = share("network", network, "p1");
  EXPECT_TRUE(shared("/v2.0/networks/" + network, "p1"));
  EXPECT_EQ(get("/v2.0/subnets", member("p1")).body.at("subnets").as_array().size(), 1U);
  EXPECT_EQ(post("/v2.0/ports", R"({"port":{"network_id":")" + network + R"("}})", member("p1")).status, 201);
  EXPECT_EQ(post("/v2.0/ports", R"({"port":{"network_id":")" + network + R"("}})", member("p2")).status, 404);
  EXPECT_EQ(remove(std::string(kRbac) + "/" + entry_id).type(), "RbacPolicyInUse");
}

TEST_F(RbacTest, AnExternalEntryMakesANetworkExternalAndItsLastOneGoesWithIt) {
  const std::string network = make_network();
  const std::string id = make(kRbac, entry("network", network, "p1", "access_as_external"));
  const auto external = [&] { return get("/v2.0/networks/" + network).body.at("network").at("router:external"); };
  EXPECT_EQ(external(), true);
  EXPECT_EQ(get("/v2.0/networks/" + network, member("p1")).status, 200);
  const Answer port = post("/v2.0/ports", R"({"port":{"network_id":")" + network + R"("}})", member("p1"));
  EXPECT_EQ(port.type(), "HTTPForbidden") << "seen, but not shared";
  EXPECT_EQ(remove(std::string(kRbac) + "/" + id).status, 204);
  EXPECT_EQ(external(), false);
}

TEST_F(RbacTest, ANetworkThatIsExternalForOneProjectIsMadeNoMoreByBeingSetSo) {
  const std::string network = make_network();
  const std::string entry_id = make(kRbac, R"({"rbac_policy":{"object_type":"network","object_id":")" + network +
                                               R"(","target_tenant":"p1","action":"access_as_external"}})");
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"router:external":true}})").status, 200);
  EXPECT_EQ(get("/v2.0/networks/" + network, member("p2")).status, 404);
  ASSERT_EQ(remove(std::string(kRbac) + "/" + entry_id).status, 204);
  EXPECT_EQ(get("/v2.0/networks/" + network).body.at("network").at("router:external"), false);
}

TEST_F(RbacTest, RefusesWhatMakesNoSense) {
  const std::string policy = make_policy();
  EXPECT_EQ(post(kRbac, entry("router", policy, "p1")).type(), "InvalidInput");
  EXPECT_EQ(post(kRbac, entry("qos_policy", policy, "p1", "access_as_external")).type(), "InvalidActionForType");
  EXPECT_EQ(post(kRbac, entry("network", policy, "p1")).type(), "InvalidInput") << "there is no such network";
  share("qos_policy", policy, "p1");
  EXPECT_EQ(post(kRbac, entry("qos_policy", policy, "p1")).type(), "DuplicateRbacPolicy");
  const Answer unknown = get(std::string(kRbac) + "/" + policy);
  EXPECT_EQ(unknown.type(), "RbacPolicyNotFound");
  EXPECT_EQ(unknown.message(), "RBAC policy of type unknown with ID " + policy + " not found");
  EXPECT_EQ(count("rbac_policies"), 1);
}

TEST_F(RbacTest, AMemberSharesWhatIsHisWithOneProjectButNotWithAll) {
  const std::string own = make_network(R"({"project_id":"p1"})");
  const std::string foreign = make_network(R"({"shared":true})");
  EXPECT_EQ(post(kRbac, entry("network", own, "p2"), member("p1")).status, 201);
  EXPECT_EQ(post(kRbac, entry("network", own, "*"), member("p1")).status, 403);
  EXPECT_EQ(post(kRbac, entry("network", foreign, "p2"), member("p1")).type(), "InvalidInput");
  EXPECT_EQ(get(kRbac, member("p2")).body.at("rbac_policies").as_array().size(), 0U);
}

TEST_F(RbacTest, EntriesGoWithTheirObject) {
  const std::string policy = make_policy(R"({"shared":true})");
  const std::string network = make_network(R"({"shared":true})");
  remove("/v2.0/qos/policies/" + policy);
  remove("/v2.0/networks/" + network);
  EXPECT_EQ(count("rbac_policies"), 0);
}

}  // namespace
}  // namespace tricircle::api
