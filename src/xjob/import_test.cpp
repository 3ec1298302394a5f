// What an import concludes from what pods show. Two pods, which a test lets show what it wants.
#include "xjob/import_scan.hpp"
#include "xjob/import_seen.hpp"
#include "xjob/imports.hpp"
#include "xjob/scripted_pod.hpp"
#include "xjob/test_run.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string kGold = "11111111-1111-4111-8111-111111111111";

boost::json::object policy(const std::string& id, const std::string& name, int max_kbps = 1000) {
  boost::json::object shown = object_of(
      R"({"description": "", "shared": false, "is_default": false, "project_id": "acme", "created_at": "2026-01-01",
          "tags": [], "rules": [{"type": "bandwidth_limit", "max_burst_kbps": 0, "direction": "egress"}]})");
  shown["id"] = id;
  shown["name"] = name;
  boost::json::object& rule = shown["rules"].as_array()[0].as_object();
  rule["id"] = "rule of " + id;
  rule["qos_policy_id"] = id;
  rule["max_kbps"] = max_kbps;
  return shown;
}

boost::json::object network(const std::string& id, const std::string& policy = "") {
  boost::json::object shown = object_of(
      R"({"project_id": "acme", "admin_state_up": true, "mtu": 1500, "status": "ACTIVE", "shared": false,
          "router:external": false, "provider:network_type": "vlan", "provider:physical_network": "physnet1",
          "provider:segmentation_id": 5, "qos_policy_id": null})");
  shown["id"] = id;
  shown["name"] = "name of " + id.substr(0, 2);
  if (!policy.empty()) shown["qos_policy_id"] = policy;
  return shown;
}

const std::string kNet = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const std::string kOther = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

class ImportTest : public RunTest {
 protected:
  ImportTest() {
    for (const char* pod : {"pod1", "pod2"}) add_pod(pod);
    show_nothing();
  }

  void show_nothing() {
    for (const char* list : {"policies", "rbac-policies", "networks", "subnets", "ports"}) pod_.show_list(list, {});
  }

  std::string ask(std::vector<std::string> pods, bool networks = true, bool policies = true,
                  std::vector<std::string> chosen = {}) {
    clock_.advance(base::kSecond);
    return write([&](Connection& db) {
      return ask_for_import(db, {std::move(pods), networks, policies, std::move(chosen)}, now());
    });
  }
  void run_lane(const std::string& pod) {
    const engine::Lane lane = claim_one({pod, kImportLane, pod});
    boost::asio::co_spawn(runtime_.io(), run_import(scripted_, lane), boost::asio::use_future).get();
  }
  std::string import(const std::vector<std::string>& pods = {"pod1"}, bool networks = true) {
    const std::string id = ask(pods, networks);
    for (const std::string& pod : pods) run_lane(pod);
    return id;
  }

  // "action type local id" of each item.
  std::vector<std::string> plan(const std::string& id) {
    return texts(
        "SELECT action || ' ' || resource_type || ' ' || local_id AS t FROM import_items WHERE import_id = ? "
        "ORDER BY number",
        id);
  }
  std::vector<std::string> found(const std::string& id) {
    return texts("SELECT found AS t FROM import_items WHERE import_id = ? ORDER BY number", id);
  }
  std::vector<std::string> texts(const std::string& query, const std::string& id) {
    return write([&](Connection& db) {
      std::vector<std::string> lines;
      const auto rows = db.execute(query, {id});
      for (const storage::Row& row : rows.rows()) lines.push_back(row.text("t"));
      return lines;
    });
  }
  std::string status(const std::string& id) { return texts("SELECT status AS t FROM imports WHERE id = ?", id).at(0); }

  ScriptedPod pod_;
  remote::Identities to_pod_{pod_, runtime_, clock_, {}};
  Context scripted_{runtime_, troubled_, clock_, to_pod_, worker_, looks_};
};

TEST_F(ImportTest, ARegionThatHasNothingGivesAnEmptyPlanInOneCallAList) {
  const std::string id = import();
  EXPECT_THAT(plan(id), IsEmpty());
  EXPECT_EQ(status(id), kImportPlanned);
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/qos/policies", "GET /v2.0/rbac-policies", "GET /v2.0/networks",
                                             "GET /v2.0/subnets", "GET /v2.0/ports"));
}

TEST_F(ImportTest, WhatBearsAPolicyThatComesIsAssociated) {
  pod_.show_list("policies", {policy("gold there", "gold")});
  pod_.show_list("networks", {network(kNet, "gold there"), network(kOther)});
  const std::string id = import();
  EXPECT_THAT(plan(id), ElementsAre("adopt network " + kNet, "adopt network " + kOther, "adopt policy gold there",
                                    "associate network " + kNet));
  EXPECT_THAT(found(id), testing::Contains("borne by 1 network and 0 ports"));
}

TEST_F(ImportTest, PoliciesAloneAreNotAssociatedWithWhatTheCentreDoesNotKnow) {
  pod_.show_list("policies", {policy("gold there", "gold")});
  pod_.show_list("networks", {network(kNet, "gold there")});
  const std::string id = import({"pod1"}, false);
  EXPECT_THAT(plan(id), ElementsAre("adopt policy gold there"));
  EXPECT_THAT(found(id), ElementsAre("borne by 1 network and 0 ports, of which the centre does not know 1"));
}

TEST_F(ImportTest, TheLastOfThePodsMakesThePlan) {
  pod_.show_list("policies", {policy("gold there", "gold")});
  const std::string id = ask({"pod1", "pod2"});
  run_lane("pod2");
  EXPECT_EQ(status(id), kScanning);
  run_lane("pod1");
  EXPECT_EQ(status(id), kImportPlanned);
  EXPECT_THAT(plan(id), ElementsAre("adopt policy gold there", "adopt policy gold there"));
  EXPECT_EQ(number("SELECT count(DISTINCT central_id) AS n FROM import_items"), 1);
}

TEST_F(ImportTest, WhereTheyAreNotAlikeNoneIsTakenAndItIsToldHowTheyDiffer) {
  const std::string id = ask({"pod1", "pod2"}, false);
  pod_.show_list("policies", {policy("gold one", "gold", 1000), policy("mine", "silver", 5)});
  run_lane("pod1");
  pod_.show_list("policies", {policy("gold two", "gold", 2000)});
  run_lane("pod2");
  EXPECT_THAT(plan(id),
              UnorderedElementsAre("differs policy gold one", "differs policy gold two", "adopt policy mine"));
  EXPECT_THAT(found(id), testing::Contains(HasSubstr("max_kbps is 2000 instead of 1000")));
}

TEST_F(ImportTest, PoliciesWithoutANameAreAlikeByTheirContentAlone) {
  pod_.show_list("policies", {policy("one", "", 1), policy("two", "", 2)});
  EXPECT_THAT(plan(import()), UnorderedElementsAre("adopt policy one", "adopt policy two"));
}

TEST_F(ImportTest, ARuleThatTheCentreDoesNotKnowLeavesThePolicyWithTheRegion) {
  boost::json::object odd = policy("odd", "odd");
  odd["rules"].as_array()[0].as_object()["type"] = "latency_limit";
  pod_.show_list("policies", {odd});
  const std::string id = import();
  EXPECT_THAT(plan(id), ElementsAre("left policy odd"));
  EXPECT_THAT(found(id), ElementsAre(HasSubstr("latency_limit")));
}

TEST_F(ImportTest, AGuaranteeOnATunnelIsLeftForItHarmsThere) {
  boost::json::object guaranteed = policy("gold there", "gold");
  guaranteed["rules"] = boost::json::array{object_of(
      R"({"id": "r", "type": "minimum_bandwidth", "min_kbps": 5, "direction": "egress", "qos_policy_id": "gold there"})")};
  boost::json::object tunnel = network(kNet, "gold there");
  tunnel["provider:network_type"] = "vxlan";
  tunnel["provider:physical_network"] = nullptr;
  pod_.show_list("policies", {guaranteed});
  pod_.show_list("networks", {tunnel});
  const std::string id = import();
  EXPECT_THAT(plan(id), ElementsAre("adopt network " + kNet, "left policy gold there"));
  EXPECT_THAT(found(id), testing::Contains(HasSubstr("no physical network")));
}

TEST_F(ImportTest, WhatHasATagOfOursIsNoneOfTheRegionsOwn) {
  boost::json::object copy = policy("gold there", "gold");
  copy["tags"] = boost::json::array{"tricircle:" + kGold};
  pod_.show_list("policies", {copy});
  EXPECT_THAT(plan(import()), ElementsAre("left policy gold there"));
}

TEST_F(ImportTest, AnIdThatTheCentreHasForSomethingElseIsLeft) {
  add_network(kNet);
  pod_.show_list("networks", {network(kNet)});
  EXPECT_THAT(plan(import()), ElementsAre("left network " + kNet));
}

TEST_F(ImportTest, AnObjectThatTheCatalogueRefusesIsLeftWithItsFault) {
  boost::json::object odd = network(kNet);
  odd["name"] = std::string(300, 'x');
  pod_.show_list("networks", {odd});
  const std::string id = import();
  EXPECT_THAT(plan(id), ElementsAre("left network " + kNet));
  EXPECT_THAT(found(id), ElementsAre(HasSubstr("exceeds maximum length")));
}

TEST_F(ImportTest, OfHalfAViewNothingIsConcludedAndTheNextRunGoesOn) {
  pod_.show_list("networks", {network(kNet)});
  pod_.answer_next("GET /v2.0/ports", 500, "HTTPInternalServerError", "no");
  const std::string id = ask({"pod1"});
  EXPECT_THROW(run_lane("pod1"), engine::RunFailed);
  EXPECT_EQ(status(id), kScanning);
  EXPECT_THAT(texts("SELECT error AS t FROM import_pods WHERE import_id = ?", id), ElementsAre(HasSubstr("no")));
  EXPECT_EQ(number("SELECT count(*) AS n FROM import_items"), 0);
  pod_.take_calls();
  write([&](Connection& db) {
    db.execute("UPDATE lanes SET worker = ''");
    engine::wake(db, {"pod1", kImportLane, "pod1"}, now(), engine::Wake::fresh_wish);
  });
  run_lane("pod1");
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/ports"));
  EXPECT_THAT(plan(id), ElementsAre("adopt network " + kNet));
}

TEST_F(ImportTest, ARegionThatKnowsNoRbacEntriesHasNone) {
  pod_.answer_next("GET /v2.0/rbac-policies", 404, "HTTPNotFound", "no such extension");
  pod_.show_list("policies", {policy("gold there", "gold")});
  EXPECT_THAT(plan(import()), ElementsAre("adopt policy gold there"));
}

TEST_F(ImportTest, WhatIsGivenUpWhileItRunsIsForgotten) {
  const std::string id = ask({"pod1"});
  pod_.before_next("GET /v2.0/ports", [&] { write([&](Connection& db) { forget_import(db, id); }); });
  run_lane("pod1");
  EXPECT_EQ(number("SELECT count(*) AS n FROM import_items"), 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM import_objects"), 0);
}

TEST_F(ImportTest, APodThatGoesTakesItsImportsAlong) {
  import();
  write([&](Connection& db) { forget_imports(db, "pod1"); });
  EXPECT_EQ(number("SELECT count(*) AS n FROM imports"), 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM import_pods"), 0);
}

TEST(SeenRow, KeepsWhatTheCatalogueHasOfAPort) {
  const SeenObjectRow row = seen_row(
      kPort,
      object_of(
          R"({"id": "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "network_id": "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb", "name": "vm",
              "tenant_id": "acme", "mac_address": "fa:16:3e:00:00:01", "device_owner": "compute:nova", "extra": 1,
              "qos_policy_id": "cccccccc-cccc-4ccc-8ccc-cccccccccccc", "revision_number": 7, "created_at": "then",
              "fixed_ips": [{"subnet_id": "dddddddd-dddd-4ddd-8ddd-dddddddddddd", "ip_address": "10.0.0.5"}]})"),
      true);
  EXPECT_EQ(row.fault, "");
  EXPECT_EQ(row.detail, "compute:nova");
  const SeenContent content = content_of(row.content);
  EXPECT_EQ(content.revision, 7);
  EXPECT_EQ(content.values.at("project_id"), boost::json::value("acme"));
  EXPECT_EQ(content.values.at("port_security_enabled"), boost::json::value(true));
  EXPECT_FALSE(content.values.contains("extra"));
  EXPECT_FALSE(content.values.contains("qos_policy_id"));
}

}  // namespace
}  // namespace tricircle::xjob
