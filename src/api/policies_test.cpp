#include "api/test_server.hpp"

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

using testing::ElementsAre;
using Policies = NeutronTest;

TEST_F(Policies, HaveNeutronsAttributesAndDefaults) {
  const Answer made = post("/v2.0/qos/policies", R"({"policy":{"name":"gold","shared":"yes"}})");
  ASSERT_EQ(made.status, 201);
  const auto& policy = made.body.at("policy").as_object();
  EXPECT_EQ(policy.at("name"), "gold");
  EXPECT_EQ(policy.at("shared"), true);
  EXPECT_EQ(policy.at("is_default"), false);
  EXPECT_EQ(policy.at("description"), "");
  EXPECT_EQ(policy.at("project_id"), "admin");
  EXPECT_EQ(policy.at("tenant_id"), "admin");
  EXPECT_EQ(policy.at("created_at"), "2023-11-14T22:13:20Z");
  EXPECT_TRUE(policy.at("rules").as_array().empty());
  EXPECT_TRUE(policy.at("tags").as_array().empty());
  EXPECT_FALSE(policy.contains("intent"));
  EXPECT_FALSE(policy.contains("met"));
  EXPECT_EQ(get("/v2.0/qos/policies/" + made.id()).body, made.body);
}

TEST_F(Policies, UpdateBumpsTheRevisionUnlessNothingIsGiven) {
  const std::string path = "/v2.0/qos/policies/" + make_policy(R"({"name":"gold"})");
  clock.advance(base::kSecond);
  const Answer same = put(path, R"({"policy":{}})");
  EXPECT_EQ(same.body.at("policy").at("revision_number"), 0);
  const Answer changed = put(path, R"({"policy":{"name":"silver"}})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body.at("policy").at("name"), "silver");
  EXPECT_EQ(changed.body.at("policy").at("revision_number"), 1);
  EXPECT_EQ(changed.body.at("policy").at("updated_at"), "2023-11-14T22:13:21Z");
  EXPECT_EQ(plugin.before.at("name"), "gold");
  EXPECT_EQ(plugin.after.at("name"), "silver");
}

TEST_F(Policies, IfMatchHoldsOffAStaleWriter) {
  const std::string path = "/v2.0/qos/policies/" + make_policy();
  EXPECT_EQ(put(path, R"({"policy":{"name":"a"}})", {{"if-match", "revision_number=0"}}).status, 200);
  const Answer stale = put(path, R"({"policy":{"name":"b"}})", {{"if-match", "revision_number=0"}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.type(), "RevisionNumberConstraintFailed");
  EXPECT_EQ(put(path, R"({"policy":{"name":"c"}})", {{"if-match", "rubbish"}}).status, 200);
  EXPECT_EQ(remove(path, {{"if-match", "revision_number=7"}}).status, 412);
  EXPECT_EQ(remove(path, {{"if-match", "revision_number=2"}}).status, 204);
  EXPECT_EQ(get(path).status, 404);
}

TEST_F(Policies, InUseByANetworkOrPortAreNotDeleted) {
  const std::string policy = make_policy();
  const std::string network = make_network(R"({"qos_policy_id":")" + policy + R"("})");
  EXPECT_EQ(remove("/v2.0/qos/policies/" + policy).type(), "QosPolicyInUse");
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"qos_policy_id":null}})").status, 200);
  const std::string port = make_port(network, R"(,"qos_policy_id":")" + policy + '"');
  EXPECT_EQ(remove("/v2.0/qos/policies/" + policy).status, 409);
  ASSERT_EQ(remove("/v2.0/ports/" + port).status, 204);
  EXPECT_EQ(remove("/v2.0/qos/policies/" + policy).status, 204);
}

TEST_F(Policies, AreMadeOneAtATime) {
  const Answer answer = post("/v2.0/qos/policies", R"({"policies":[{"name":"a"}]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.message(), "Unable to find 'policy' in request body");
  EXPECT_EQ(count("qos_policies"), 0);
}

TEST_F(Policies, OfAProjectHaveOneDefault) {
  const std::string first = make_policy(R"({"is_default":true})");
  EXPECT_EQ(post("/v2.0/qos/policies", R"({"policy":{"is_default":true}})").type(), "QoSPolicyDefaultAlreadyExists");
  const std::string second = make_policy();
  EXPECT_EQ(put("/v2.0/qos/policies/" + second, R"({"policy":{"is_default":true}})").status, 409);
  EXPECT_EQ(put("/v2.0/qos/policies/" + first, R"({"policy":{"is_default":true}})").status, 200);
  make_policy(R"({"is_default":true,"project_id":"other"})");
}

TEST_F(Policies, AreSeenByTheirProjectAndWhereSharedButWrittenByAdministratorsOnly) {
  const std::string own = make_policy(R"({"project_id":"p1"})");
  const std::string shared = make_policy(R"({"shared":true})");
  const std::string foreign = make_policy(R"({"project_id":"p2"})");
  EXPECT_EQ(get("/v2.0/qos/policies", member("p1")).body.at("policies").as_array().size(), 2);
  EXPECT_EQ(get("/v2.0/qos/policies/" + own, member("p1")).status, 200);
  EXPECT_EQ(get("/v2.0/qos/policies/" + shared, member("p1")).status, 200);
  EXPECT_EQ(get("/v2.0/qos/policies/" + foreign, member("p1")).status, 404);
  EXPECT_EQ(remove("/v2.0/qos/policies/" + own, member("p1")).type(), "PolicyNotAuthorized");
  EXPECT_EQ(remove("/v2.0/qos/policies/" + foreign, member("p1")).type(), "QosPolicyNotFound");
  EXPECT_EQ(post("/v2.0/qos/policies", R"({"policy":{}})", member("p1")).status, 403);
  EXPECT_EQ(count("qos_policies"), 3);
}

TEST_F(Policies, UsedByOthersStayShared) {
  const std::string policy = make_policy(R"({"shared":true})");
  const std::string network =
      make("/v2.0/networks", R"({"network":{"qos_policy_id":")" + policy + R"("}})", member("p1"));
  const Answer refused = put("/v2.0/qos/policies/" + policy, R"({"policy":{"shared":false}})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.type(), "RbacPolicyInUse");
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"qos_policy_id":null}})", member("p1")).status, 200);
  EXPECT_EQ(put("/v2.0/qos/policies/" + policy, R"({"policy":{"shared":false}})").status, 200);
}

TEST_F(Policies, SayWhatIsWrongWithTags) {
  const std::string path = "/v2.0/policies/" + make_policy() + "/tags";
  const auto said = [&](const std::string& body) { return put(path, body).message(); };
  const std::string why = "Invalid input for operation: ";
  EXPECT_EQ(said("{}"), why + "Invalid tags body.");
  EXPECT_EQ(said("[]"), why + "Invalid tags body.");
  EXPECT_EQ(said(""), why + "Invalid tags body.");
  EXPECT_EQ(said(R"({"tags":"red"})"), why + "'red' is not a list.");
  EXPECT_EQ(said(R"({"tags":[5]})"), why + "'5' is not a valid string.");
  EXPECT_EQ(said(R"({"tags":["a","b","a"]})"), why + "Duplicate items in the list: 'a'.");
  EXPECT_EQ(said(R"({"tags":[")" + std::string(256, 'x') + R"("]})"),
            why + "'" + std::string(256, 'x') + "' exceeds maximum length of 255.");
  EXPECT_EQ(boost::json::serialize(put(path, R"({"tags":["b","a"],"more":1})").body), R"({"tags":["a","b"],"more":1})");
}

TEST_F(Policies, TakeTagsInBothForms) {
  const std::string id = make_policy();
  EXPECT_EQ(put("/v2.0/policies/" + id + "/tags/tricircle:x", "").status, 201);
  EXPECT_EQ(put("/v2.0/qos/policies/" + id + "/tags/tricircle:x", "").status, 201);
  EXPECT_EQ(get("/v2.0/policies/" + id + "/tags/tricircle:x").status, 204);
  EXPECT_EQ(get("/v2.0/policies/" + id + "/tags/y").type(), "TagNotFound");
  EXPECT_EQ(put("/v2.0/policies/" + id + "/tags", R"({"tags":["a","b","a"]})").status, 400);
  EXPECT_EQ(put("/v2.0/policies/" + id + "/tags", R"({"tags":["b","a"]})").status, 200);
  EXPECT_EQ(get("/v2.0/qos/policies/" + id).body.at("policy").at("tags"), (boost::json::array{"a", "b"}));
  EXPECT_EQ(put("/v2.0/policies/" + id + "/tags", R"({"tags":[1]})").status, 400);
  EXPECT_EQ(get("/v2.0/qos/policies?tags=a,b").body.at("policies").as_array().size(), 1);
  EXPECT_EQ(get("/v2.0/qos/policies?tags=a,c").body.at("policies").as_array().size(), 0);
  EXPECT_EQ(get("/v2.0/qos/policies?tags-any=a,c").body.at("policies").as_array().size(), 1);
  EXPECT_EQ(get("/v2.0/qos/policies?not-tags=a").body.at("policies").as_array().size(), 0);
  EXPECT_EQ(remove("/v2.0/policies/" + id + "/tags/a").status, 204);
  EXPECT_EQ(remove("/v2.0/policies/" + id + "/tags/a").status, 404);
  EXPECT_EQ(remove("/v2.0/qos/policies/" + id).status, 204);
  EXPECT_EQ(count("tags"), 0);
}

TEST_F(Policies, TellThePluginOnceEach) {
  const std::string id = make_policy();
  put("/v2.0/qos/policies/" + id, R"({"policy":{"name":"x"}})");
  remove("/v2.0/qos/policies/" + id);
  EXPECT_THAT(plugin.notes, ElementsAre("created policy of admin", "committed", "updated policy of admin", "committed",
                                        "deleted policy of admin", "committed"));
}

}  // namespace
}  // namespace tricircle::api
