#include "base/error.hpp"
#include "xjob/test_centre.hpp"

#include <map>

namespace tricircle::xjob {
namespace {

using engine::JobRow;

class RequestedJobTest : public CentreTest {
 protected:
  RequestedJobTest() {
    add_pod("pod1");
    add_pod("pod2");
    add_policy("gold");
    add_network("net");
    add_port("port", "net");
    route(kNetwork, "net", "pod1");
    route(kPort, "port", "pod1");
    write([](Connection& db) {
      db.execute("UPDATE qos_policies SET intent = 5");
      db.execute("UPDATE networks SET intent = 6");
      db.execute("UPDATE ports SET intent = 7");
    });
  }

  JobRow ask(const std::string& type, const std::string& resource) {
    return job(write([&](Connection& db) { return add_requested_job(db, type, "acme", object_of(resource), now()); }));
  }
  // The words of the refusal; nothing may have been written.
  std::string refusal(const std::string& type, const std::string& resource) {
    std::string words;
    try {
      ask(type, resource);
      ADD_FAILURE() << "taken: " << type << " " << resource;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::bad_request);
      words = error.message();
    }
    EXPECT_TRUE(jobs().empty());
    EXPECT_EQ(number("SELECT count(*) AS n FROM lanes"), 0);
    return words;
  }
};

TEST_F(RequestedJobTest, EachKindForOnePodSitsInTheLaneOfItsObjectAndWantsItsNewestIntent) {
  const JobRow create =
      ask("qos_create", R"({"pod_id": "pod1", "policy_id": "gold", "res_type": "network", "res_id": "net"})");
  EXPECT_EQ(create.lane, (engine::LaneKey{"pod1", "network", "net"}));
  EXPECT_EQ(create.wanted, 6);
  EXPECT_FALSE(create.parent);
  EXPECT_EQ(create.project_id, "acme");
  const JobRow update = ask("qos_update", R"({"pod_id": "pod2", "policy_id": "gold"})");
  EXPECT_EQ(update.lane, (engine::LaneKey{"pod2", "policy", "gold"}));
  EXPECT_EQ(update.wanted, 5);
  const JobRow network = ask("update_network", R"({"pod_id": "pod1", "network_id": "net"})");
  EXPECT_EQ(network.lane, (engine::LaneKey{"pod1", "network", "net"}));
  EXPECT_EQ(network.wanted, 6);
  const JobRow port = ask("update_port", R"({"pod_id": "pod1", "port_id": "port"})");
  EXPECT_EQ(port.lane, (engine::LaneKey{"pod1", "port", "port"}));
  EXPECT_EQ(port.wanted, 7);
}

TEST_F(RequestedJobTest, ForAllPodsItIsAParent) {
  const std::map<std::string, std::string> resources{
      {"qos_create", R"({"pod_id": "not_specified_pod", "policy_id": "gold", "res_type": "port", "res_id": "port"})"},
      {"qos_update", R"({"pod_id": "not_specified_pod", "policy_id": "gold"})"},
      {"update_network", R"({"pod_id": "not_specified_pod", "network_id": "net"})"},
      {"update_port", R"({"pod_id": "not_specified_pod", "port_id": "port"})"}};
  for (const auto& [type, resource] : resources) {
    const JobRow row = ask(type, resource);
    EXPECT_TRUE(row.parent) << type;
    EXPECT_EQ(row.lane.kind, "job") << type;
    EXPECT_EQ(object_of(row.resource), object_of(resource)) << type;
  }
}

TEST_F(RequestedJobTest, ACopyAloneMayBeAskedForAndIsWantedFromThenOn) {
  for (const char* resource : {R"({"pod_id": "pod2", "policy_id": "gold", "res_type": "", "res_id": ""})",
                               R"({"pod_id": "pod1", "policy_id": "gold", "res_type": null, "res_id": null})"}) {
    const JobRow row = ask("qos_create", resource);
    EXPECT_EQ(row.lane.kind, "policy");
    EXPECT_EQ(row.wanted, 5);
  }
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies WHERE policy_id = 'gold'"), 2);
}

TEST_F(RequestedJobTest, ASyncOfRulesIsAParentForTheWholePolicyWhateverRuleIsNamed) {
  const JobRow row = ask("sync_qos_rule", R"({"rule_id": "r", "policy_id": "gold"})");
  EXPECT_TRUE(row.parent);
  EXPECT_EQ(object_of(row.resource), object_of(R"({"policy_id": "gold"})"));
  EXPECT_EQ(row.wanted, 5);
  EXPECT_TRUE(ask("sync_qos_rule", R"({"rule_id": null, "policy_id": "gold"})").parent);
}

TEST_F(RequestedJobTest, WhatIsGoneAtTheCentreMayBeDeletedInThePods) {
  write([](Connection& db) { db.execute("DELETE FROM ports"); });
  const JobRow port = ask("port_delete", R"({"pod_id": "pod1", "port_id": "port"})");
  EXPECT_EQ(port.wanted, engine::kGone);
  EXPECT_EQ(port.lane, (engine::LaneKey{"pod1", "port", "port"}));
  const JobRow policy = ask("qos_delete", R"({"pod_id": "pod1", "policy_id": "long gone"})");
  EXPECT_EQ(policy.wanted, engine::kGone);
  EXPECT_EQ(policy.lane, (engine::LaneKey{"pod1", "policy", "long gone"}));
  EXPECT_TRUE(ask("qos_delete", R"({"pod_id": "not_specified_pod", "policy_id": "long gone"})").parent);
}

TEST_F(RequestedJobTest, WhatStandsAtTheCentreIsNotDeletedInThePods) {
  EXPECT_NE(refusal("qos_delete", R"({"pod_id": "pod1", "policy_id": "gold"})").find("still exists"),
            std::string::npos);
  EXPECT_NE(refusal("port_delete", R"({"pod_id": "pod1", "port_id": "port"})").find("still exists"), std::string::npos);
}

TEST_F(RequestedJobTest, AnUnknownTypeIsRefused) {
  EXPECT_NE(refusal("port_update", R"({"pod_id": "pod1", "port_id": "port"})"), "");
  EXPECT_NE(refusal("", R"({})"), "");
}

TEST_F(RequestedJobTest, TheResourceHasExactlyTheFieldsOfItsSchema) {
  for (const JobSchema& schema : job_schemas()) {
    boost::json::object whole;
    for (const std::string_view name : schema.resource) whole[name] = "x";
    for (const std::string_view name : schema.resource) {
      boost::json::object lacking = whole;
      lacking.erase(name);
      EXPECT_EQ(refusal(std::string(schema.type), boost::json::serialize(lacking)),
                "Field " + std::string(name) + " of the resource is missing.");
    }
    boost::json::object more = whole;
    more["more"] = "x";
    EXPECT_EQ(refusal(std::string(schema.type), boost::json::serialize(more)), "The resource has redundant fields.");
  }
}

TEST_F(RequestedJobTest, FieldsAreTextAndNotEmpty) {
  EXPECT_EQ(refusal("qos_update", R"({"pod_id": "", "policy_id": "gold"})"), "Field pod_id of the resource is empty.");
  EXPECT_EQ(refusal("qos_update", R"({"pod_id": "pod1", "policy_id": null})"),
            "Field policy_id of the resource is empty.");
  EXPECT_EQ(refusal("qos_update", R"({"pod_id": 1, "policy_id": "gold"})"),
            "Field pod_id of the resource must be text.");
  EXPECT_EQ(refusal("qos_create", R"({"pod_id": "pod1", "policy_id": "gold", "res_type": "port", "res_id": 5})"),
            "Field res_id of the resource must be text.");
}

TEST_F(RequestedJobTest, WhatIsNotKnownHereIsRefused) {
  EXPECT_NE(refusal("qos_update", R"({"pod_id": "pod9", "policy_id": "gold"})").find("pod9"), std::string::npos);
  EXPECT_NE(refusal("qos_update", R"({"pod_id": "pod1", "policy_id": "lead"})").find("lead"), std::string::npos);
  EXPECT_NE(refusal("sync_qos_rule", R"({"rule_id": "r", "policy_id": "lead"})").find("lead"), std::string::npos);
  EXPECT_NE(refusal("update_network", R"({"pod_id": "pod1", "network_id": "net9"})").find("net9"), std::string::npos);
  EXPECT_NE(refusal("qos_create", R"({"pod_id": "pod9", "policy_id": "gold", "res_type": "", "res_id": ""})"), "");
  EXPECT_EQ(number("SELECT count(*) AS n FROM copies"), 0);
}

TEST_F(RequestedJobTest, AnObjectThatThePodDoesNotHaveIsRefused) {
  EXPECT_EQ(refusal("update_network", R"({"pod_id": "pod2", "network_id": "net"})"),
            "The network net has no routing in pod pod2.");
  EXPECT_EQ(refusal("qos_create", R"({"pod_id": "pod2", "policy_id": "gold", "res_type": "port", "res_id": "port"})"),
            "The port port has no routing in pod pod2.");
}

TEST_F(RequestedJobTest, OnlyNetworksAndPortsTakeAPolicy) {
  for (const char* type : {"router", "", "qos_policy"}) {
    const std::string resource =
        std::string(R"({"pod_id": "pod1", "policy_id": "gold", "res_id": "net", "res_type": ")") + type + "\"}";
    EXPECT_NE(refusal("qos_create", resource).find("res_type"), std::string::npos);
  }
}

TEST_F(RequestedJobTest, ThereIsASchemaForEachKindOfJob) {
  std::map<std::string, std::vector<std::string>> schemas;
  for (const JobSchema& schema : job_schemas())
    schemas[std::string(schema.type)] = {schema.resource.begin(), schema.resource.end()};
  const std::map<std::string, std::vector<std::string>> expected{
      {"qos_create", {"pod_id", "policy_id", "res_type", "res_id"}},
      {"qos_update", {"pod_id", "policy_id"}},
      {"qos_delete", {"pod_id", "policy_id"}},
      {"sync_qos_rule", {"rule_id", "policy_id"}},
      {"update_network", {"pod_id", "network_id"}},
      {"update_port", {"pod_id", "port_id"}},
      {"port_delete", {"pod_id", "port_id"}}};
  EXPECT_EQ(schemas, expected);
}

}  // namespace
}  // namespace tricircle::xjob
