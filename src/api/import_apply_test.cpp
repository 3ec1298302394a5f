// What of an import's plan is done and what is skipped, by the rows that are there when it is applied.
#include "api/import_apply.hpp"

#include "api/test_server.hpp"
#include "storage/sql.hpp"
#include "xjob/import_seen.hpp"
#include "xjob/imports.hpp"

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace json = boost::json;

const std::string kNet = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const std::string kSubnetId = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const std::string kPortId = "cccccccc-cccc-4ccc-8ccc-cccccccccccc";
const std::string kPolicyId = "dddddddd-dddd-4ddd-8ddd-dddddddddddd";

class ImportApplyTest : public NeutronTest {
 protected:
  ImportApplyTest() {
    write([&](storage::Connection& c) {
      for (const char* pod : {"pod1", "pod2"})
        storage::insert(c, "pods",
                        {{"pod_id", pod},
                         {"region_name", pod},
                         {"az_name", "az"},
                         {"pod_az_name", ""},
                         {"dc_name", ""},
                         {"neutron_url", "http://x"},
                         {"embedded", std::int64_t{0}},
                         {"created_at", std::int64_t{1}}});
      storage::insert(c, "imports",
                      {{"id", "import"},
                       {"networks", std::int64_t{1}},
                       {"policies", std::int64_t{1}},
                       {"chosen", "[]"},
                       {"status", xjob::kApplying},
                       {"asked_at", std::int64_t{1}}});
    });
  }

  void write(const std::function<void(storage::Connection&)>& work) { db->write(work); }

  void seen(const std::string& type, const std::string& shown) {
    const xjob::SeenObjectRow row = xjob::seen_row(type, json::parse(shown).as_object(), true);
    ASSERT_EQ(row.fault, "");
    write([&](storage::Connection& c) {
      storage::insert(c, "import_objects",
                      {{"import_id", "import"},
                       {"pod_id", "pod1"},
                       {"resource_type", type},
                       {"local_id", row.local_id},
                       {"name", row.name},
                       {"network_id", row.network_id},
                       {"policy_id", row.policy_id},
                       {"detail", row.detail},
                       {"content", row.content},
                       {"fault", ""}});
    });
  }
  void plan(const std::string& action, const std::string& type, const std::string& local, const std::string& central,
            const std::string& policy = "") {
    write([&](storage::Connection& c) {
      storage::insert(c, "import_items",
                      {{"import_id", "import"},
                       {"number", ++number_},
                       {"action", action},
                       {"resource_type", type},
                       {"pod_id", "pod1"},
                       {"central_id", central},
                       {"local_id", local},
                       {"policy_id", policy},
                       {"name", ""},
                       {"found", ""},
                       {"state", xjob::kToDo}});
    });
  }
  // "state found" of each item.
  std::vector<std::string> applied() {
    bool more = true;
    while (more) write([&](storage::Connection& c) { more = apply_some(c, "import", clock.now()); });
    std::vector<std::string> lines;
    db->read([&](storage::Connection& c) {
      lines.clear();
      const auto found = c.execute("SELECT state, found FROM import_items ORDER BY number");
      for (const storage::Row& row : found.rows()) lines.push_back(row.text("state") + " " + row.text("found"));
    });
    return lines;
  }

  void network(const std::string& policy = "null") {
    seen("network", R"({"id": ")" + kNet +
                        R"(", "name": "web", "project_id": "acme", "admin_state_up": true, "mtu": 1400,
                       "status": "ACTIVE", "shared": true, "qos_policy_id": )" +
                        policy + "}");
    plan("adopt", "network", kNet, kNet);
  }
  void subnet() {
    seen("subnet", R"({"id": ")" + kSubnetId + R"(", "name": "s", "project_id": "acme", "network_id": ")" + kNet +
                       R"(", "ip_version": 4, "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1", "enable_dhcp": true,
                       "allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.254"}]})");
    plan("adopt", "subnet", kSubnetId, kSubnetId);
  }
  void port() {
    seen("port", R"({"id": ")" + kPortId + R"(", "name": "vm", "project_id": "acme", "network_id": ")" + kNet +
                     R"(", "mac_address": "fa:16:3e:00:00:01", "device_owner": "compute:nova", "status": "ACTIVE",
                     "binding:host_id": "host-1", "revision_number": 3, "created_at": "then", "fixed_ips":
                     [{"subnet_id": ")" +
                     kSubnetId + R"(", "ip_address": "10.0.0.7"}]})");
    plan("adopt", "port", kPortId, kPortId);
  }
  void policy() {
    seen("policy", R"({"id": "gold there", "name": "gold", "description": "", "shared": false, "project_id": "acme",
                       "rules": [{"id": "r", "type": "dscp_marking", "dscp_mark": 26}]})");
    plan("adopt", "policy", "gold there", kPolicyId);
  }

  std::int64_t number_ = 0;
};

TEST_F(ImportApplyTest, ANetworkComesWithAllThatIsOnItAndItsAddressesAreTaken) {
  network();
  subnet();
  port();
  EXPECT_THAT(applied(), ElementsAre("done ", "done ", "done "));
  EXPECT_TRUE(get("/v2.0/networks/" + kNet).body.at("network").at("shared").as_bool());
  EXPECT_EQ(get("/v2.0/ports/" + kPortId).body.at("port").at("binding:host_id").as_string(), "host-1");
  EXPECT_EQ(count("ip_allocations"), 1);
  EXPECT_EQ(count("resource_routings"), 2);
  EXPECT_EQ(count("import_objects"), 0);
  EXPECT_EQ(
      post("/v2.0/ports", R"({"port": {"network_id": ")" + kNet + R"(", "fixed_ips": [{"ip_address": "10.0.0.7"}]}})")
          .status,
      409);
}

TEST_F(ImportApplyTest, ASubnetThatOverlapsIsSkippedAndAPortHasItsAddressInWhatSpansIt) {
  network();
  subnet();
  port();
  // The centre has got the network by other ways, with a subnet of its own that spans more.
  write([](storage::Connection& c) { c.execute("UPDATE import_items SET state = 'done' WHERE number = 1"); });
  const std::string mine = make_network();
  make_subnet(mine, "10.0.0.0/16");
  write([&](storage::Connection& c) {
    storage::insert(c, "resource_routings",
                    {{"central_id", mine},
                     {"local_id", kNet},
                     {"pod_id", "pod1"},
                     {"project_id", "acme"},
                     {"resource_type", "network"},
                     {"created_at", std::int64_t{1}},
                     {"updated_at", std::int64_t{1}}});
  });
  EXPECT_THAT(applied(), ElementsAre("done ", HasSubstr("overlaps"), "done "));
  EXPECT_EQ(get("/v2.0/ports/" + kPortId).body.at("port").at("network_id").as_string(), mine);
  EXPECT_EQ(count("ip_allocations"), 1);  // so that the centre does not give it out again
}

TEST_F(ImportApplyTest, WithoutItsNetworkNothingComes) {
  subnet();
  port();
  EXPECT_THAT(applied(), ElementsAre(HasSubstr("skipped the centre does not have its network"),
                                     HasSubstr("skipped the centre does not have its network")));
}

TEST_F(ImportApplyTest, APolicyIsConfirmedWithItsBearersAndNoJobIsMade) {
  network(R"("gold there")");
  policy();
  plan("associate", "network", kNet, kNet, kPolicyId);
  EXPECT_THAT(applied(), ElementsAre("done ", "done ", "done "));
  EXPECT_EQ(get("/v2.0/networks/" + kNet).body.at("network").at("qos_policy_id").as_string(), kPolicyId);
  EXPECT_EQ(count("copies WHERE ready AND adopted AND state = 'in_sync'"), 1);
  EXPECT_EQ(
      count("bindings b JOIN networks n ON n.id = b.central_id AND n.intent = b.intent WHERE b.state = 'in_sync'"), 1);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(ImportApplyTest, APolicyOfItsNameThatIsMadeMeanwhileStopsItAndItsAssociations) {
  network(R"("gold there")");
  policy();
  plan("associate", "network", kNet, kNet, kPolicyId);
  make_policy(R"({"name": "gold", "project_id": "acme"})");
  EXPECT_THAT(applied(),
              ElementsAre("done ", HasSubstr("skipped"), HasSubstr("skipped the central policy is not there")));
  EXPECT_EQ(count("qos_policies"), 1);
}

TEST_F(ImportApplyTest, WhatIsInAnotherPodTooAndDoesNotBearItThereIsSkipped) {
  network(R"("gold there")");
  policy();
  plan("associate", "network", kNet, kNet, kPolicyId);
  write([&](storage::Connection& c) {
    storage::insert(c, "resource_routings",
                    {{"central_id", kNet},
                     {"local_id", "other"},
                     {"pod_id", "pod2"},
                     {"project_id", "acme"},
                     {"resource_type", "network"},
                     {"created_at", std::int64_t{1}},
                     {"updated_at", std::int64_t{1}}});
  });
  EXPECT_THAT(applied(), ElementsAre("done ", "done ", HasSubstr("in each of its regions")));
  EXPECT_TRUE(get("/v2.0/networks/" + kNet).body.at("network").at("qos_policy_id").is_null());
}

}  // namespace
}  // namespace tricircle::api
