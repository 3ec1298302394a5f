#include "api/test_server.hpp"

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

class RulesTest : public NeutronTest {
 protected:
  std::string rules(const std::string& type) const { return path + "/" + type + "_rules"; }
  Answer add(const std::string& type, const std::string& values) {
    return post(rules(type), R"({")" + type + R"(_rule":)" + values + "}");
  }
  std::int64_t revision() { return get(path).body.at("policy").at("revision_number").as_int64(); }

  std::string policy = make_policy(R"({"project_id":"p1"})");
  std::string path = "/v2.0/qos/policies/" + policy;
};

TEST_F(RulesTest, OfAllTypesAreMadeShownChangedAndDeleted) {
  struct Case {
    std::string type, values, change, attribute;
  };
  const std::vector<Case> cases{
      {"bandwidth_limit", R"({"max_kbps":1000,"direction":"ingress"})", R"({"max_kbps":9})", "max_kbps"},
      {"dscp_marking", R"({"dscp_mark":26})", R"({"dscp_mark":8})", "dscp_mark"},
      {"minimum_bandwidth", R"({"min_kbps":100})", R"({"min_kbps":9})", "min_kbps"},
      {"packet_rate_limit", R"({"max_kpps":100})", R"({"max_kpps":9})", "max_kpps"},
      {"minimum_packet_rate", R"({"min_kpps":10,"direction":"any"})", R"({"min_kpps":9})", "min_kpps"}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.type);
    const Answer made = add(one.type, one.values);
    ASSERT_EQ(made.status, 201) << boost::json::serialize(made.body);
    const auto& rule = made.body.at(one.type + "_rule").as_object();
    EXPECT_FALSE(rule.contains("type"));
    EXPECT_FALSE(rule.contains("qos_policy_id"));
    EXPECT_EQ(plugin.after.at("type"), boost::json::string(one.type));
    EXPECT_EQ(plugin.after.at("qos_policy_id"), boost::json::string(policy));
    const std::string rule_path = rules(one.type) + "/" + made.id();
    EXPECT_EQ(get(rule_path).body, made.body);
    EXPECT_EQ(get(rules(one.type)).body.at(one.type + "_rules").as_array().size(), 1);
    const auto listed = get(path).body.at("policy").at("rules").as_array().at(0);
    EXPECT_EQ(listed.at("type"), boost::json::string(one.type));
    EXPECT_EQ(listed.at("qos_policy_id"), boost::json::string(policy));
    const Answer changed = put(rule_path, R"({")" + one.type + R"(_rule":)" + one.change + "}");
    EXPECT_EQ(changed.status, 200);
    EXPECT_NE(changed.body.at(one.type + "_rule").at(one.attribute), rule.at(one.attribute));
    EXPECT_EQ(get(rule_path).body, changed.body);
    EXPECT_EQ(remove(rule_path).status, 204);
    EXPECT_EQ(get(rule_path).type(), "QosRuleNotFound");
  }
  EXPECT_THAT(plugin.notes, testing::Contains("deleted minimum_packet_rate_rule of p1"));
}

TEST_F(RulesTest, ChangesBumpTheirPolicy) {
  const std::string id = add("dscp_marking", R"({"dscp_mark":10})").id();
  EXPECT_EQ(revision(), 1);
  const std::string rule = rules("dscp_marking") + "/" + id;
  EXPECT_EQ(put(rule, R"({"dscp_marking_rule":{}})").status, 200);
  EXPECT_EQ(revision(), 1);
  put(rule, R"({"dscp_marking_rule":{"dscp_mark":12}})");
  EXPECT_EQ(revision(), 2);
  EXPECT_EQ(remove(rule, {{"if-match", "revision_number=999"}}).status, 204);
  EXPECT_EQ(revision(), 3);
}

TEST_F(RulesTest, ThatConflictAreRefused) {
  ASSERT_EQ(add("bandwidth_limit", R"({"max_kbps":1000})").status, 201);
  EXPECT_EQ(add("bandwidth_limit", R"({"max_kbps":2000})").type(), "QoSRulesConflict");
  ASSERT_EQ(add("bandwidth_limit", R"({"max_kbps":2000,"direction":"ingress"})").status, 201);
  EXPECT_EQ(add("minimum_bandwidth", R"({"min_kbps":1001})").type(), "QoSRuleParameterConflict");
  ASSERT_EQ(add("minimum_packet_rate", R"({"min_kpps":1,"direction":"any"})").status, 201);
  EXPECT_EQ(add("minimum_packet_rate", R"({"min_kpps":1,"direction":"egress"})").type(), "QoSRuleParameterConflict");
  EXPECT_EQ(count("qos_rules"), 3);
}

TEST_F(RulesTest, ChangedIntoAConflictStayAsTheyAre) {
  const std::string egress = add("bandwidth_limit", R"({"max_kbps":1000})").id();
  ASSERT_EQ(add("bandwidth_limit", R"({"max_kbps":1000,"direction":"ingress"})").status, 201);
  const std::string rule = rules("bandwidth_limit") + "/" + egress;
  EXPECT_EQ(put(rule, R"({"bandwidth_limit_rule":{"direction":"ingress"}})").status, 409);
  ASSERT_EQ(add("minimum_bandwidth", R"({"min_kbps":500})").status, 201);
  EXPECT_EQ(put(rule, R"({"bandwidth_limit_rule":{"max_kbps":400}})").type(), "QoSRuleParameterConflict");
  EXPECT_EQ(get(rule).body.at("bandwidth_limit_rule").at("max_kbps"), 1000);
  EXPECT_EQ(get(rule).body.at("bandwidth_limit_rule").at("direction"), "egress");
}

TEST_F(RulesTest, AreMadeSeveralAtOnceOrNoneOfThem) {
  const Answer made = post(rules("bandwidth_limit"),
                           R"({"bandwidth_limit_rules":[{"max_kbps":1},{"max_kbps":2,"direction":"ingress"}]})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("bandwidth_limit_rules").at(0).at("qos_policy_id"), boost::json::string(policy));
  const Answer twice =
      post(rules("packet_rate_limit"), R"({"packet_rate_limit_rules":[{"max_kpps":1},{"max_kpps":2}]})");
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(count("qos_rules"), 2);
  EXPECT_EQ(revision(), 2);
}

TEST_F(RulesTest, OfAnotherPolicyAreNotThere) {
  const std::string id = add("dscp_marking", R"({"dscp_mark":10})").id();
  const std::string other = "/v2.0/qos/policies/" + make_policy();
  EXPECT_EQ(get(other + "/dscp_marking_rules/" + id).type(), "QosRuleNotFound");
  EXPECT_EQ(remove(other + "/dscp_marking_rules/" + id).status, 404);
  EXPECT_EQ(get(rules("bandwidth_limit") + "/" + id).status, 404);
  EXPECT_EQ(get("/v2.0/qos/policies/" + id + "/dscp_marking_rules").type(), "QosPolicyNotFound");
  EXPECT_EQ(count("qos_rules"), 1);
}

TEST_F(RulesTest, AreReachedByTheirIdAlone) {
  const std::string id = add("bandwidth_limit", R"({"max_kbps":1000})").id();
  for (const std::string collection : {"alias-bandwidth-limit-rules", "alias_bandwidth_limit_rules"}) {
    SCOPED_TRACE(collection);
    const std::string rule = "/v2.0/qos/" + collection + "/" + id;
    EXPECT_EQ(get(rule).body.at("alias_bandwidth_limit_rule").at("max_kbps"), 1000);
    EXPECT_EQ(put(rule, R"({"bandwidth_limit_rule":{"max_kbps":5}})").status, 400);
    EXPECT_EQ(put(rule, R"({"alias_bandwidth_limit_rule":{"max_burst_kbps":5}})").status, 200);
    EXPECT_EQ(get(rule, member("p2")).status, 404);
  }
  EXPECT_EQ(remove("/v2.0/qos/alias-bandwidth-limit-rules/" + id).status, 204);
  EXPECT_EQ(get("/v2.0/qos/alias-bandwidth-limit-rules/" + id).type(), "QosRuleNotFound");
  EXPECT_EQ(get("/v2.0/qos/alias-packet-rate-limit-rules/" + id).type(), "HTTPNotFound");
}

TEST_F(RulesTest, TakeAProjectAndMakeNothingOfIt) {
  const std::string path = rules("dscp_marking");
  const Answer made = post(path, R"({"dscp_marking_rule":{"dscp_mark":8,"tenant_id":"p1"}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_FALSE(made.body.at("dscp_marking_rule").as_object().contains("tenant_id"));
  const Answer changed = put(path + "/" + made.id(), R"({"dscp_marking_rule":{"tenant_id":"p1"}})");
  EXPECT_EQ(changed.message(), "Cannot update read-only attribute tenant_id");
  EXPECT_EQ(post(path, R"({"dscp_marking_rule":{"dscp_mark":8,"tenant_id":"p2"}})", member("p1")).status, 400);
}

TEST_F(RulesTest, ShowAllOfThemselvesAtThePathsWithDashes) {
  const std::string id = make(rules("dscp_marking"), R"({"dscp_marking_rule":{"dscp_mark":8}})");
  const auto fields = [&](const std::string& path) {
    return get("/v2.0/qos/" + path + "/" + id + "?fields=id").body.as_object().begin()->value().as_object().size();
  };
  EXPECT_EQ(fields("alias-dscp-marking-rules"), 2U);
  EXPECT_EQ(fields("alias_dscp_marking_rules"), 1U);
  EXPECT_EQ(put("/v2.0/qos/alias-dscp-marking-rules/x", R"({"alias_dscp_marking_rule":{"dscp_mark":1}})").status, 400);
}

TEST_F(RulesTest, AreWrittenByAdministratorsOnly) {
  const std::string id = add("dscp_marking", R"({"dscp_mark":10})").id();
  const std::string rule = rules("dscp_marking") + "/" + id;
  EXPECT_EQ(get(rule, member("p1")).status, 200);
  EXPECT_EQ(remove(rule, member("p1")).type(), "PolicyNotAuthorized");
  EXPECT_EQ(remove(rule, member("p2")).type(), "QosPolicyNotFound");
  EXPECT_EQ(count("qos_rules"), 1);
}

TEST_F(RulesTest, ThatATunnelledNetworkCannotHaveAreNotPutOnIt) {
  const std::string network = make_network(R"({"provider:network_type":"vxlan","provider:segmentation_id":7})");
  const std::string body = R"({"network":{"qos_policy_id":")" + policy + R"("}})";
  ASSERT_EQ(put("/v2.0/networks/" + network, body).status, 200);
  EXPECT_EQ(add("minimum_bandwidth", R"({"min_kbps":5})").type(), "QosRuleNotSupportedByNetwork");
  ASSERT_EQ(put("/v2.0/networks/" + network, R"({"network":{"qos_policy_id":null}})").status, 200);
  ASSERT_EQ(add("minimum_bandwidth", R"({"min_kbps":5})").status, 201);
  EXPECT_EQ(put("/v2.0/networks/" + network, body).type(), "QosRuleNotSupportedByNetwork");
}

TEST_F(RulesTest, TypesAreTold) {
  EXPECT_EQ(get("/v2.0/qos/rule-types").body.at("rule_types").as_array().size(), 5);
  const Answer details = get("/v2.0/qos/rule-types/bandwidth_limit");
  const auto& driver = details.body.at("rule_type").at("drivers").at(0);
  EXPECT_EQ(driver.at("supported_parameters").as_array().size(), 3);
  EXPECT_EQ(driver.at("supported_parameters").at(0).at("parameter_type"), "range");
  EXPECT_EQ(driver.at("supported_parameters").at(2).at("parameter_values"), (boost::json::array{"egress", "ingress"}));
  EXPECT_EQ(get("/v2.0/qos/rule-types/bogus").status, 404);
  EXPECT_EQ(get("/v2.0/qos/rule-types/bandwidth_limit", member("p1")).status, 403);
}

}  // namespace
}  // namespace tricircle::api
