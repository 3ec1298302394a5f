#include "domain/validate.hpp"

#include "domain/test_support.hpp"

#include <gtest/gtest.h>

namespace tricircle::domain {
namespace {

const Resource& bandwidth_limit() {
  return find_rule_type("bandwidth_limit")->resource;
}

std::string post_refusal(const Resource& resource, std::string_view body) {
  return refusal([&] { parsed_for_create(resource, record(body)); });
}

std::string put_refusal(const Resource& resource, std::string_view body) {
  return refusal([&] { parsed_for_update(resource, record(body)); });
}

TEST(BodyObject, IsWhatStandsUnderTheResourcesName) {
  const auto body = json(R"({"policy": {"name": "gold"}})");
  EXPECT_EQ(body_object(policy_resource(), body).at("name").as_string(), "gold");
}

TEST(BodyObject, IsMissedByName) {
  EXPECT_EQ(refusal([] { body_object(policy_resource(), json(R"({"policies": []})")); }),
            "HTTPBadRequest: Unable to find 'policy' in request body");
}

TEST(BodyObject, MustBeAnObjectInAnObject) {
  const auto refused = [](const char* body) { return refusal([&] { body_object(policy_resource(), json(body)); }); };
  for (const char* body : {"null", "[]", "\"policy\""})
    EXPECT_EQ(refused(body), "HTTPBadRequest: Body contains invalid data") << body;
  EXPECT_EQ(refused(R"({"policy": null})"), "HTTPBadRequest: Unable to find 'policy' in request body");
  for (const char* body : {R"({"policy": []})", R"({"policy": "gold"})"})
    EXPECT_EQ(refused(body), "HTTPBadRequest: Object 'policy' contains invalid data") << body;
}

TEST(ParsedForCreate, FillsInDefaults) {
  EXPECT_EQ(parsed_for_create(policy_resource(), {}),
            record(R"({"name": "", "is_default": false, "description": ""})"));
}

TEST(ParsedForCreate, LeavesAbsentWhatOnlyCodeCanFindAndNullsWhatMayBeNull) {
  const Record port =
      parsed_for_create(port_resource(), record(R"({"network_id": "0b1c2d3e-0000-4000-8000-000000000001"})"));
  for (const char* absent : {"id", "mac_address", "fixed_ips", "project_id", "tags", "qos_network_policy_id"})
    EXPECT_FALSE(port.contains(absent)) << absent;
  EXPECT_TRUE(port.at("qos_policy_id").is_null());
  EXPECT_EQ(port.at("binding:vif_type").as_string(), "unbound");
}

TEST(ParsedForCreate, KeepsAGatewayNotGivenApartFromNone) {
  const char* body =
      R"({"network_id": "0b1c2d3e-0000-4000-8000-000000000001", "ip_version": 4, "cidr": "10.0.0.0/24"})";
  Record given = record(body);
  EXPECT_FALSE(parsed_for_create(subnet_resource(), given).contains("gateway_ip"));
  given["gateway_ip"] = nullptr;
  EXPECT_TRUE(parsed_for_create(subnet_resource(), given).at("gateway_ip").is_null());
}

TEST(ParsedForCreate, RefusesUnknownAttributes) {
  EXPECT_EQ(post_refusal(policy_resource(), R"({"foo": 1})"), "HTTPBadRequest: Unrecognized attribute(s) 'foo'");
  EXPECT_EQ(post_refusal(policy_resource(), R"({"foo": 1, "name": "", "bar": 2})"),
            "HTTPBadRequest: Unrecognized attribute(s) 'foo, bar'");
}

TEST(ParsedForCreate, RefusesWhatIsNotTheCallersToGive) {
  for (const std::string name : {"id", "rules", "tags", "revision_number", "created_at"})
    EXPECT_EQ(post_refusal(policy_resource(), "{\"" + name + "\": null}"),
              "HTTPBadRequest: Attribute '" + name + "' not allowed in POST");
  EXPECT_EQ(post_refusal(bandwidth_limit(), R"({"id": "x", "max_kbps": 1})"),
            "HTTPBadRequest: Attribute 'id' not allowed in POST");
}

TEST(ParsedForCreate, NamesTheMissingAttribute) {
  EXPECT_EQ(post_refusal(bandwidth_limit(), "{}"),
            "HTTPBadRequest: Failed to parse request. Required attribute 'max_kbps' not specified");
}

TEST(ParsedForCreate, MergesTenantIdIntoProjectId) {
  const Record policy = parsed_for_create(policy_resource(), record(R"({"tenant_id": "p"})"));
  EXPECT_EQ(policy.at("project_id").as_string(), "p");
  EXPECT_FALSE(policy.contains("tenant_id"));
  EXPECT_EQ(parsed_for_create(policy_resource(), record(R"({"tenant_id": "p", "project_id": "p"})")).at("project_id"),
            json("\"p\""));
  EXPECT_EQ(post_refusal(policy_resource(), R"({"tenant_id": "p", "project_id": "q"})"),
            "HTTPBadRequest: 'project_id' and 'tenant_id' do not match");
}

TEST(ParsedForCreate, KnowsNoTenantOfARule) {
  EXPECT_EQ(post_refusal(bandwidth_limit(), R"({"max_kbps": 1, "tenant_id": "p"})"),
            "HTTPBadRequest: Unrecognized attribute(s) 'tenant_id'");
}

TEST(ParsedForCreate, CoercesRulesAsNeutronDoes) {
  EXPECT_EQ(parsed_for_create(bandwidth_limit(), record(R"({"max_kbps": "2000", "max_burst_kbps": 7.5})")),
            record(R"({"max_kbps": 2000, "max_burst_kbps": 7, "direction": "egress"})"));
}

TEST(ParsedForUpdate, HoldsOnlyWhatWasGiven) {
  EXPECT_EQ(parsed_for_update(policy_resource(), record(R"({"shared": "yes"})")), record(R"({"shared": true})"));
  EXPECT_EQ(parsed_for_update(policy_resource(), {}), Record{});
}

TEST(ParsedForUpdate, RefusesReadOnlyAttributes) {
  for (const std::string name : {"id", "rules", "project_id", "tenant_id"})
    EXPECT_EQ(put_refusal(policy_resource(), "{\"" + name + "\": \"x\"}"),
              "HTTPBadRequest: Cannot update read-only attribute " + (name == "project_id" ? "tenant_id" : name));
  EXPECT_EQ(put_refusal(bandwidth_limit(), R"({"id": "x"})"), "HTTPBadRequest: Cannot update read-only attribute id");
}

TEST(ParsedForUpdate, RefusesUnknownAttributes) {
  EXPECT_EQ(put_refusal(policy_resource(), R"({"id": "x", "foo": 1})"),
            "HTTPBadRequest: Unrecognized attribute(s) 'foo'");
}

TEST(ParsedForUpdate, RefusesNullWhereThereIsNone) {
  EXPECT_EQ(put_refusal(bandwidth_limit(), R"({"max_burst_kbps": null})"),
            "InvalidInput: Invalid input for operation: 'None' is not an integer.");
}

}  // namespace
}  // namespace tricircle::domain
