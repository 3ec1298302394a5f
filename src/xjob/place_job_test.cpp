// How a central network comes to be in a pod, and how it goes: the calls, and what is kept of them.
#include "xjob/place_job.hpp"

#include "xjob/placements.hpp"
#include "xjob/scripted_pod.hpp"
#include "xjob/test_run.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using engine::RunFailed;
using testing::ElementsAre;
using testing::HasSubstr;

class PlaceJobTest : public RunTest {
 protected:
  PlaceJobTest() {
    add_pod("pod1");
    add_network("net");
    show();
    want();
  }

  void want() {
    write([&](Connection& db) { return want_placement(db, kNetwork, "net", "pod1", "acme", now()); });
  }
  // The network that the pod lists, with this description.
  void show(const std::string& description = "", const std::string& project = "acme") {
    boost::json::array networks;
    if (!description.empty())
      networks.push_back({{"id", "there"}, {"description", description}, {"project_id", project}});
    pod_.show_list("networks", networks);
  }
  void run_it() {
    const engine::Lane lane = claim_one(key_);
    boost::asio::co_spawn(runtime_.io(), run_placement(scripted_, lane), boost::asio::use_future).get();
  }
  std::vector<std::string> calls_of_run() {
    run_it();
    return pod_.take_calls();
  }
  std::optional<Placement> placement() {
    return write([](Connection& db) { return find_placement(db, kNetwork, "net", "pod1"); });
  }
  std::optional<std::string> tied_to() {
    return write([](Connection& db) { return local_id(db, kNetwork, "net", "pod1"); });
  }
  void change(const std::string& sql) {
    write([&](Connection& db) {
      db.execute(sql);
      placed_object_changed(db, kNetwork, "net", now());
    });
  }

  ScriptedPod pod_;
  remote::Identities to_pod_{pod_, runtime_, clock_, {}};
  Context scripted_{runtime_, troubled_, clock_, to_pod_, worker_, looks_};
  const engine::LaneKey key_{"pod1", kPlaceNetworkLane, "net"};
};

TEST_F(PlaceJobTest, ItIsLookedForAndMadeAndTied) {
  EXPECT_THAT(calls_of_run(), ElementsAre("GET /v2.0/networks", "POST /v2.0/networks"));
  EXPECT_EQ(tied_to(), "made 1");
  EXPECT_EQ(placement()->local_id, "made 1");
  EXPECT_EQ(placement()->state, kInSync);
}

TEST_F(PlaceJobTest, WhatWasMadeBeforeIsFoundAndToldAllAnew) {
  show("tricircle:net");
  EXPECT_THAT(calls_of_run(), ElementsAre("GET /v2.0/networks", "PUT /v2.0/networks/there"));
  EXPECT_EQ(tied_to(), "there");
}

TEST_F(PlaceJobTest, WhatAnotherProjectHasDescribedSoIsNotTakenForOurs) {
  show("tricircle:net", "somebody");
  EXPECT_THAT(calls_of_run(), ElementsAre("GET /v2.0/networks", "POST /v2.0/networks"));
  EXPECT_EQ(tied_to(), "made 1");
}

TEST_F(PlaceJobTest, WhatAnUnseenEndMayHaveUndoneIsToldAnew) {
  run_it();
  pod_.take_calls();
  change("UPDATE lanes SET uncertain_until = 1");
  EXPECT_THAT(calls_of_run(), ElementsAre("PUT /v2.0/networks/made 1"));
}

TEST_F(PlaceJobTest, WhileAnEarlierTryMayStillArriveNothingIsMade) {
  write([&](Connection& db) { db.execute("UPDATE lanes SET uncertain_until = ?", {now() + 10 * base::kSecond}); });
  EXPECT_THROW(run_it(), RunFailed);
  EXPECT_THAT(pod_.take_calls(), ElementsAre("GET /v2.0/networks"));
  EXPECT_EQ(placement()->state, kPending);
  EXPECT_THAT(placement()->last_error, HasSubstr("not seen"));
}

TEST_F(PlaceJobTest, WhatThePodRefusesIsSaidAndNotTriedAgainBeforeSomebodyAsks) {
  pod_.answer_next("POST /v2.0/networks", 409, "OverQuota", "Quota exceeded for resources: ['network'].");
  run_it();
  EXPECT_EQ(placement()->state, kRefused);
  EXPECT_THAT(placement()->last_error, HasSubstr("Quota exceeded"));
  EXPECT_FALSE(lane(key_).due_at);
  want();
  run_it();
  EXPECT_EQ(placement()->state, kInSync);
  EXPECT_EQ(placement()->last_error, "");
}

TEST_F(PlaceJobTest, OnlyWhatHasChangedIsTold) {
  run_it();
  pod_.take_calls();
  change("UPDATE networks SET mtu = 1400 WHERE id = 'net'");
  EXPECT_THAT(calls_of_run(), ElementsAre());
  change("UPDATE networks SET name = 'new' WHERE id = 'net'");
  EXPECT_THAT(calls_of_run(), ElementsAre("PUT /v2.0/networks/made 1"));
  EXPECT_EQ(placement()->made.at("name"), "new");
}

TEST_F(PlaceJobTest, ADeletedOneGoes) {
  run_it();
  pod_.take_calls();
  change("DELETE FROM networks WHERE id = 'net'");
  EXPECT_THAT(calls_of_run(), ElementsAre("DELETE /v2.0/networks/made 1"));
  EXPECT_FALSE(placement());
  EXPECT_FALSE(has_lane(key_));
}

TEST_F(PlaceJobTest, ADeletedOneWaitsWhileThePodUsesIt) {
  run_it();
  change("DELETE FROM networks WHERE id = 'net'");
  pod_.answer_next("DELETE", 409, "NetworkInUse", "There are one or more ports still in use on the network.");
  EXPECT_THROW(run_it(), RunFailed);
  EXPECT_EQ(placement()->local_id, "made 1");
  EXPECT_THAT(placement()->last_error, HasSubstr("still in use"));
}

TEST_F(PlaceJobTest, OneThatWasDeletedBeforeItWasMadeIsNeverMade) {
  change("DELETE FROM networks WHERE id = 'net'");
  EXPECT_THAT(calls_of_run(), ElementsAre("GET /v2.0/networks"));
  EXPECT_FALSE(placement());
}

TEST_F(PlaceJobTest, WhatTheRegionHasUnderAnotherTieIsLeftAlone) {
  route(kNetwork, "net", "pod1");
  EXPECT_THAT(calls_of_run(), ElementsAre("GET /v2.0/networks"));
  EXPECT_EQ(placement()->state, kRefused);
  EXPECT_THAT(placement()->last_error, HasSubstr("local net"));
}

TEST_F(PlaceJobTest, WhatAnAgentHasTiedBeforeWeCouldIsOurs) {
  show("tricircle:net");
  write([&](Connection& db) { return add_routing(db, kNetwork, "net", "there", "pod1", now()); });
  run_it();
  EXPECT_EQ(placement()->local_id, "there");
  EXPECT_EQ(placement()->state, kInSync);
}

TEST_F(PlaceJobTest, WhatIsTiedOtherwiseWhileOursIsMadeMakesOursGo) {
  pod_.before_next("POST", [&] { route(kNetwork, "net", "pod1"); });
  EXPECT_THAT(calls_of_run(), ElementsAre("GET /v2.0/networks", "POST /v2.0/networks", "DELETE /v2.0/networks/made 1"));
  EXPECT_EQ(placement()->state, kRefused);
  EXPECT_EQ(placement()->local_id, "");
  EXPECT_EQ(tied_to(), "local net");
}

TEST_F(PlaceJobTest, ATieTakenAwayEndsIt) {
  run_it();
  write([](Connection& db) { remove_routing(db, kNetwork, "net", "pod1"); });
  EXPECT_FALSE(placement());
}

}  // namespace
}  // namespace tricircle::xjob
