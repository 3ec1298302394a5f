#include "api/test_server.hpp"

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

using testing::Contains;
using testing::ElementsAre;
using Dispatch = NeutronTest;

TEST_F(Dispatch, TellsVersionsResourcesAndExtensions) {
  const Answer versions = get("/");
  EXPECT_EQ(versions.body.at("versions").at(0).at("id"), "v2.0");
  EXPECT_EQ(versions.body.at("versions").at(0).at("links").at(0).at("href"), "http://centre:9696/v2.0/");
  EXPECT_EQ(get("/v2.0/").body.at("resources").as_array().size(), 5);
  EXPECT_GT(get("/v2.0/extensions").body.at("extensions").as_array().size(), 10);
  EXPECT_EQ(get("/v2.0/extensions/qos").body.at("extension").at("alias"), "qos");
  EXPECT_EQ(get("/v2.0/extensions/bogus").status, 404);
}

TEST_F(Dispatch, KnowsNoOtherPathsAndMethods) {
  EXPECT_EQ(get("/v2.0/floatingips").type(), "HTTPNotFound");
  EXPECT_EQ(get("/v3").status, 404);
  EXPECT_EQ(get("").status, 404);
  EXPECT_EQ(get("/v2.0/networks.json").status, 200);
  const Answer patch = call("PATCH", "/v2.0/networks/x", "{}");
  EXPECT_EQ(patch.status, 405);
  EXPECT_EQ(patch.headers.at("allow"), "GET, PUT, DELETE");
  EXPECT_EQ(call("DELETE", "/v2.0/qos/policies").status, 405);
}

TEST_F(Dispatch, TakesDoubledSlashesForOne) {
  EXPECT_EQ(get("/v2.0//networks").status, 200);
}

TEST_F(Dispatch, LooksForTheObjectBeforeItRefusesABodyOfDelete) {
  EXPECT_EQ(call("DELETE", "/v2.0/networks/x", "{}").type(), "NetworkNotFound");
  EXPECT_EQ(call("DELETE", "/v2.0/networks/" + make_network(), "{}").status, 400);
  EXPECT_EQ(call("DELETE", "/v2.0/qos/policies/" + make_policy() + "/tags", "{}").status, 400);
  EXPECT_EQ(count("networks") + count("qos_policies"), 2);
}

TEST_F(Dispatch, SaysOfBulkRequestsWhatNeutronSays) {
  const auto said = [&](const std::string& body) { return post("/v2.0/networks", body).message(); };
  EXPECT_EQ(said(""), "Unable to find 'network' in request body");
  EXPECT_EQ(said(R"({"networks":{}})"), "Resources required");
  EXPECT_EQ(said(R"({"networks":[5]})"), "Body contains invalid data");
  EXPECT_EQ(said(R"({"networks":["x"]})"), "Object 'network' contains invalid data");
  EXPECT_EQ(said(R"({"networks":[{"network":5}]})"), "Object 'network' contains invalid data");
  EXPECT_EQ(post("/v2.0/qos/policies", "[]").message(), "Resource body required");
  EXPECT_EQ(post("/v2.0/qos/policies", "5").message(), "Body contains invalid data");
}

TEST_F(Dispatch, LetsNobodyNameAnotherProject) {
  const std::string network = make("/v2.0/networks", R"({"network":{}})", member("p1"));
  const Answer moved = put("/v2.0/networks/" + network, R"({"network":{"tenant_id":"p2"}})", member("p1"));
  EXPECT_EQ(moved.status, 400);
  EXPECT_EQ(moved.message().substr(0, 48), "Specifying 'project_id' or 'tenant_id' other tha");
}

struct BadBody {
  const char* method;
  const char* path;
  std::string body;
  const char* type;
};

class BadBodies : public NeutronTest, public testing::WithParamInterface<BadBody> {};

TEST_P(BadBodies, AreRefusedAndChangeNothing) {
  const std::string policy = make_policy(R"({"name":"before"})");
  const std::string network = make_network(R"({"name":"before"})");
  plugin.notes.clear();
  std::string path = GetParam().path;
  if (const auto at = path.find("POLICY"); at != std::string::npos) path.replace(at, 6, policy);
  if (const auto at = path.find("NETWORK"); at != std::string::npos) path.replace(at, 7, network);
  const Answer answer = call(GetParam().method, path, GetParam().body);
  EXPECT_EQ(answer.status, 400) << boost::json::serialize(answer.body);
  EXPECT_EQ(answer.type(), GetParam().type);
  EXPECT_LT(answer.message().size(), 4000);
  EXPECT_TRUE(plugin.notes.empty());
  EXPECT_EQ(get("/v2.0/qos/policies/" + policy).body.at("policy").at("revision_number"), 0);
  EXPECT_EQ(get("/v2.0/networks/" + network).body.at("network").at("name"), "before");
  EXPECT_EQ(count("qos_policies") + count("networks") + count("qos_rules") + count("ports"), 2);
}

constexpr char kBad[] = "HTTPBadRequest";
constexpr char kMalformed[] = "MalformedRequestBody";
constexpr char kPolicies[] = "/v2.0/qos/policies";
constexpr char kLimits[] = "/v2.0/qos/policies/POLICY/bandwidth_limit_rules";

INSTANTIATE_TEST_SUITE_P(
    All, BadBodies,
    testing::Values(BadBody{"POST", kPolicies, "", kBad}, BadBody{"POST", kPolicies, "{", kMalformed},
                    BadBody{"POST", kPolicies, "[]", kBad}, BadBody{"POST", kPolicies, "null", kBad},
                    BadBody{"POST", kPolicies, "{\"policy\":{\"name\":\"\xff\"}}", kMalformed},
                    BadBody{"POST", kPolicies, std::string(100000, '['), kMalformed},
                    BadBody{"POST", kPolicies, R"({"policy":[]})", kBad},
                    BadBody{"POST", kPolicies, R"({"network":{}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"foo":1}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"id":"x"}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"rules":[]}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"tags":[]}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"intent":5}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"name":7}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"shared":"perhaps"}})", "InvalidInput"},
                    BadBody{"POST", kPolicies, R"({"policy":{"project_id":"a","tenant_id":"b"}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"name":")" + std::string(256, 'x') + R"("}})", kBad},
                    BadBody{"POST", kPolicies, R"({"policy":{"name":")" + std::string(10'000'000, 'x') + R"("}})",
                            kBad},
                    BadBody{"PUT", "/v2.0/qos/policies/POLICY", R"({"policy":{"project_id":"b"}})", kBad},
                    BadBody{"PUT", "/v2.0/qos/policies/POLICY", R"({"policy":{"revision_number":9}})", kBad},
                    BadBody{"PUT", "/v2.0/qos/policies/POLICY", "", kBad}, BadBody{"POST", kLimits, "{}", kBad},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rule":{}})", kBad},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rule":{"max_kbps":-1}})", kBad},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rule":{"max_kbps":2147483648}})", kBad},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rule":{"max_kbps":99999999999999999999}})", kBad},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rule":{"max_kbps":1e999}})", kBad},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rule":{"max_kbps":{}}})", "InvalidInput"},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rule":{"max_kbps":1,"direction":"up"}})", kBad},
                    BadBody{"POST", kLimits, R"({"bandwidth_limit_rules":[{"max_kbps":1},7]})", kBad},
                    BadBody{"POST", "/v2.0/qos/policies/POLICY/dscp_marking_rules",
                            R"({"dscp_marking_rule":{"dscp_mark":1}})", kBad},
                    BadBody{"PUT", "/v2.0/networks/NETWORK", R"({"network":{"qos_policy_id":"gold"}})", kBad},
                    BadBody{"PUT", "/v2.0/networks/NETWORK", R"({"network":{"status":"DOWN"}})", kBad},
                    BadBody{"PUT", "/v2.0/networks/NETWORK", R"({"network":{"mtu":null}})", "InvalidInput"},
                    BadBody{"POST", "/v2.0/networks", R"({"networks":{"name":"x"}})", kBad},
                    BadBody{"POST", "/v2.0/ports", R"({"port":{}})", kBad},
                    BadBody{"POST", "/v2.0/ports", R"({"port":{"network_id":"x"}})", kBad},
                    BadBody{"POST", "/v2.0/ports",
                            R"({"port":{"network_id":"11111111-1111-4111-8111-111111111111","fixed_ips":[7]}})", kBad},
                    BadBody{"POST", "/v2.0/subnets", R"({"subnet":{"cidr":"10.0.0.0/24","ip_version":4}})", kBad}));

// Another server that answers with what `go_on` does.
Deferred asking(std::vector<std::string>& steps, std::function<void()> between = {}) {
  return {[&steps, between = std::move(between)](const Deferred::Resume& resume) -> http::Reply {
    steps.push_back("asked");
    return http::Pending{[](const std::function<void()>& done) { done(); },
                         [between, resume]() -> http::Reply {
                           if (between) between();
                           return resume();
                         }};
  }};
}

TEST_F(Dispatch, WaitsForOtherServersAndRunsTheHandlerAgain) {
  const std::string path = "/v2.0/qos/policies/" + make_policy(R"({"name":"a"})");
  plugin.notes.clear();
  bool asked = false;
  plugin.on_changed = [&](Call& call) {
    if (asked) {
      EXPECT_EQ(std::any_cast<int>(call.note), 7);
      return;
    }
    asked = true;
    call.note = 7;
    throw asking(plugin.notes);
  };
  const Answer answer = put(path, R"({"policy":{"name":"b"}})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.at("policy").at("name"), "b");
  EXPECT_EQ(answer.body.at("policy").at("revision_number"), 1);
  EXPECT_THAT(plugin.notes, ElementsAre("updated policy of admin", "asked", "updated policy of admin", "committed"));
}

TEST_F(Dispatch, TellsThePluginWhenACallThatWaitedEndsInAnError) {
  const std::string policy = make_policy(R"({"name":"a"})");
  const std::string path = "/v2.0/qos/policies/" + policy;
  plugin.notes.clear();
  bool asked = false;
  plugin.on_changed = [&](Call&) {
    if (asked) throw base::Error(base::ErrorKind::unavailable, "PodUnavailable", "gone");
    asked = true;
    throw asking(plugin.notes);
  };
  EXPECT_EQ(put(path, R"({"policy":{"name":"b"}})").type(), "PodUnavailable");
  EXPECT_EQ(std::count(plugin.notes.begin(), plugin.notes.end(), "failed"), 1);
  plugin.on_changed = {};
  EXPECT_EQ(get(path).body.at("policy").at("name"), "a");
}

TEST_F(Dispatch, TellsThePluginOnceWhenWhatItAskedForFails) {
  const std::string path = "/v2.0/qos/policies/" + make_policy(R"({"name":"a"})");
  plugin.notes.clear();
  plugin.on_changed = [&](Call&) {
    throw asking(plugin.notes, [] { throw base::Error(base::ErrorKind::unavailable, "PodUnavailable", "gone"); });
  };
  EXPECT_EQ(put(path, R"({"policy":{"name":"b"}})").status, 503);
  EXPECT_THAT(plugin.notes, ElementsAre("updated policy of admin", "asked", "failed"));
}

TEST_F(Dispatch, FetchesWhatIsMissingBeforeItSaysSo) {
  const std::string id = "44444444-4444-4444-8444-444444444444";
  bool asked = false;
  plugin.on_missing = [&](const std::string& missing) {
    if (std::exchange(asked, true)) return;
    throw asking(plugin.notes, [this, missing] {
      db->write([&](storage::Connection& connection) {
        connection.execute(
            "INSERT INTO networks SELECT ?, project_id, name, description, admin_state_up, status,"
            " \"router:external\", mtu, port_security_enabled, \"provider:network_type\","
            " \"provider:physical_network\", \"provider:segmentation_id\", availability_zone_hints,"
            " qos_policy_id, revision_number, created_at, updated_at, intent,"
            " met, from_centre FROM networks LIMIT 1",
            {missing});
      });
    });
  };
  make_network(R"({"name":"model"})");
  EXPECT_EQ(get("/v2.0/networks/" + id).body.at("network").at("name"), "model");
  EXPECT_THAT(plugin.notes, Contains("asked"));
}

TEST_F(Dispatch, UnexpectedFailuresSayNothingOfTheirCause) {
  plugin.on_changed = [](Call&) { throw std::runtime_error("secret"); };
  const Answer answer = post("/v2.0/qos/policies", R"({"policy":{}})");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(boost::json::serialize(answer.body).find("secret"), std::string::npos);
  EXPECT_EQ(count("qos_policies"), 0);
}

TEST_F(Dispatch, AStoreThatIsAwayIsToBeAskedAgainAndAWriteOfUnknownEndIsNot) {
  for (const std::exception_ptr& away :
       {std::make_exception_ptr(storage::ConnectionLost("secret")), std::make_exception_ptr(storage::Busy("secret"))}) {
    const http::Response response = error_response({}, away);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, R"({"NeutronError":{"type":"ServiceUnavailable","message":"The database is temporarily )"
                             R"(unavailable.","detail":""}})");
  }
  EXPECT_EQ(error_response({}, std::make_exception_ptr(storage::DbError("it is not known"))).status, 500);
}

TEST_F(Dispatch, CallersWithoutAnIdentityGetWhatKeystonesMiddlewareSays) {
  Neutron strict(*db, clock, plugin, [](const http::Request&) -> Caller {
    throw base::Error(base::ErrorKind::unauthorized, "", "The request you have made requires authentication.");
  });
  http::Request request;
  request.method = "GET";
  request.path = "/v2.0/networks";
  try {
    strict.handle(request);
    FAIL();
  } catch (const base::Error&) {
    const http::Response response = error_response(request, std::current_exception());
    EXPECT_EQ(response.status, 401);
    EXPECT_TRUE(response.headers.contains("www-authenticate"));
  }
  request.path = "/";
  EXPECT_EQ(std::get<http::Response>(strict.handle(request)).status, 200);
}

}  // namespace
}  // namespace tricircle::api
