#include "api/test_server.hpp"

namespace tricircle::api {
namespace {

class QuotasTest : public NeutronTest {
 protected:
  QuotasTest() : NeutronTest(QuotaDefaults{2, 3, 4, 1}) {}

  Answer limit(const std::string& project, const std::string& values) {
    return put("/v2.0/quotas/" + project, R"({"quota":)" + values + "}");
  }
};

TEST_F(QuotasTest, AProjectHasTheDefaultsUntilAnAdministratorSaysOtherwise) {
  EXPECT_EQ(boost::json::serialize(get("/v2.0/quotas/p1").body),
            R"({"quota":{"network":2,"subnet":3,"port":4,"rbac_policy":1}})");
  EXPECT_EQ(get("/v2.0/quotas").body.at("quotas").as_array().size(), 0U);
  EXPECT_EQ(limit("p1", R"({"network":"7","port":-1})").body.at("quota").at("network"), 7);
  EXPECT_EQ(get("/v2.0/quotas/p1/default").body.at("quota").at("network"), 2);
  const Answer all = get("/v2.0/quotas");
  EXPECT_EQ(all.body.at("quotas").at(0).at("project_id"), "p1");
  EXPECT_EQ(all.body.at("quotas").at(0).at("port"), -1);
  EXPECT_EQ(remove("/v2.0/quotas/p1").status, 204);
  EXPECT_EQ(get("/v2.0/quotas/p1").body.at("quota").at("network"), 2);
  const Answer gone = remove("/v2.0/quotas/p1");
  EXPECT_EQ(gone.type(), "TenantQuotaNotFound");
  EXPECT_EQ(gone.message(), "Quota for tenant p1 could not be found.");
}

TEST_F(QuotasTest, OneMoreThanAllowedIsRefusedAndNothingIsMade) {
  make_network();
  make_network();
  const Answer refused = post("/v2.0/networks", R"({"network":{}})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.type(), "OverQuota");
  EXPECT_EQ(refused.message(), "Quota exceeded for resources: ['network'].");
  make_network(R"({"project_id":"p1"})");
  EXPECT_EQ(count("networks"), 3);
}

TEST_F(QuotasTest, SeveralAtOnceAreAllMadeOrNone) {
  EXPECT_EQ(post("/v2.0/networks", R"({"networks":[{},{},{}]})").type(), "OverQuota");
  EXPECT_EQ(count("networks"), 0);
}

TEST_F(QuotasTest, DetailsTellWhatIsUsed) {
  const std::string network = make_network();
  make_port(network);
  const Answer details = get("/v2.0/quotas/admin/details.json");
  EXPECT_EQ(boost::json::serialize(details.body.at("quota").at("port")), R"({"limit":4,"used":1,"reserved":0})");
}

TEST_F(QuotasTest, ALimitBelowTheUseIsRefusedWhereThatIsAskedFor) {
  make_network();
  EXPECT_EQ(limit("admin", R"({"network":0,"check_limit":true})").message(),
            "Quota limit 0 for network must be greater than or equal to already used 1");
  EXPECT_EQ(limit("admin", R"({"network":0})").status, 200);
}

TEST_F(QuotasTest, RefusesWhatIsNoLimit) {
  EXPECT_EQ(limit("p1", R"({"network":-2})").message(),
            "Invalid input for network. Reason: '-2' is too small - must be at least '-1'.");
  EXPECT_EQ(limit("p1", R"({"network":"x"})").type(), "InvalidInput");
  EXPECT_EQ(limit("p1", R"({"router":1})").message(), "Unrecognized attribute(s) 'router'");
  EXPECT_EQ(put("/v2.0/quotas/p1", "{}").status, 400);
  EXPECT_EQ(put("/v2.0/quotas/" + std::string(256, 'p'), R"({"quota":{"network":1}})").status, 404);
  EXPECT_EQ(post("/v2.0/quotas", R"({"quota":{}})").status, 501);
  EXPECT_EQ(count("quotas"), 0);
}

TEST_F(QuotasTest, AMemberSeesHisOwnAndSetsNone) {
  EXPECT_EQ(get("/v2.0/quotas/p1", member("p1")).status, 200);
  EXPECT_EQ(get("/v2.0/quotas/p2", member("p1")).status, 403);
  EXPECT_EQ(get("/v2.0/quotas", member("p1")).status, 403);
  EXPECT_EQ(put("/v2.0/quotas/p1", R"({"quota":{"network":9}})", member("p1")).status, 403);
  EXPECT_EQ(get("/v2.0/quotas/tenant", member("p1")).body.at("tenant").at("tenant_id"), "p1");
  EXPECT_EQ(get("/v2.0/quotas/project", member("p1")).body.at("project").at("project_id"), "p1");
}

}  // namespace
}  // namespace tricircle::api
