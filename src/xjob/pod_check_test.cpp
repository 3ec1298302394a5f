// What is said of a region's Neutron that lacks something.
#include "xjob/pod_check.hpp"

#include "xjob/scripted_pod.hpp"
#include "xjob/test_run.hpp"

#include <boost/json/value_to.hpp>
#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PodCheckTest : public RunTest {
 protected:
  PodCheckTest() {
    add_pod("pod1");
    has({"qos", "standard-attr-tag", "revision-if-match"});
    enforces({"bandwidth_limit", "dscp_marking", "minimum_bandwidth", "minimum_packet_rate", "packet_rate_limit"});
  }
  void has(const std::vector<std::string>& extensions) { show("extensions", "alias", extensions); }
  void enforces(const std::vector<std::string>& types) { show("rule-types", "type", types); }

  void check() {
    write([&](Connection& db) { ask_for_pod_check(db, "pod1", now()); });
    const engine::Lane lane = claim_one({"", kCheckLane, "pod1"});
    boost::asio::co_spawn(runtime_.io(), run_pod_check(scripted_, lane), boost::asio::use_future).get();
  }
  std::vector<std::string> problems() {
    const std::string text =
        write([](Connection& db) { return db.execute("SELECT problems FROM pod_checks").front().text("problems"); });
    std::vector<std::string> words;
    const boost::json::value parsed = boost::json::parse(text);
    for (const boost::json::value& problem : parsed.as_array())
      words.push_back(boost::json::value_to<std::string>(problem.at("words")));
    return words;
  }
  bool well() { return number("SELECT well AS n FROM pod_checks") != 0; }

  ScriptedPod pod_;
  remote::Identities to_pod_{pod_, runtime_, clock_, {}};
  Context scripted_{runtime_, troubled_, clock_, to_pod_, worker_, looks_};

 private:
  void show(const std::string& path, const std::string& name, const std::vector<std::string>& values) {
    boost::json::array list;
    for (const std::string& value : values) list.push_back(boost::json::object{{name, value}});
    pod_.show_list(path, std::move(list));
  }
};

TEST_F(PodCheckTest, WhereAllIsThereNothingIsSaid) {
  check();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_TRUE(well());
  EXPECT_GT(number("SELECT due_at AS n FROM lanes WHERE kind = 'check'"), now()) << "it is looked at again";
}

TEST_F(PodCheckTest, WithoutQosNothingCanBeKeptTrue) {
  has({"standard-attr-tag", "revision-if-match"});
  check();
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("it has no QoS")));
  EXPECT_FALSE(well());
}

TEST_F(PodCheckTest, WithoutTagsThereIsLess) {
  has({"qos", "revision-if-match"});
  check();
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("it has no tags")));
  EXPECT_TRUE(well());
}

TEST_F(PodCheckTest, RuleTypesThatItDoesNotEnforceAreNamed) {
  enforces({"bandwidth_limit", "dscp_marking", "minimum_bandwidth"});
  check();
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("does not enforce packet_rate_limit, minimum_packet_rate")));
  EXPECT_TRUE(well());
}

TEST_F(PodCheckTest, WhoIsNoAdminThereIsToldSo) {
  pod_.answer_next("GET /v2.0/qos/rule-types/", 403, "PolicyNotAuthorized", "no");
  check();
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("give it the role admin")));
  EXPECT_FALSE(well());
}

TEST_F(PodCheckTest, WithoutAUrlAndWithoutAKeystoneItSaysWhatToGive) {
  write([](Connection& db) { db.execute("UPDATE pods SET neutron_url = ''"); });
  check();
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("give its URL")));
}

TEST_F(PodCheckTest, ALookThatHadBegunBeforeAnswersNobodyWhoAsksMeanwhile) {
  pod_.before_next("GET /v2.0/extensions",
                   [&] { write([&](Connection& db) { ask_for_pod_check(db, "pod1", now()); }); });
  check();
  EXPECT_EQ(number("SELECT asked - answered AS n FROM pod_checks"), 1);
  const engine::Lane again = claim_one({"", kCheckLane, "pod1"});
  boost::asio::co_spawn(runtime_.io(), run_pod_check(scripted_, again), boost::asio::use_future).get();
  EXPECT_EQ(number("SELECT asked - answered AS n FROM pod_checks"), 0);
}

TEST_F(PodCheckTest, OfAPodThatIsGoneNothingStays) {
  write([](Connection& db) { ask_for_pod_check(db, "pod9", 0); });
  const engine::Lane lane = claim_one({"", kCheckLane, "pod9"});
  boost::asio::co_spawn(runtime_.io(), run_pod_check(scripted_, lane), boost::asio::use_future).get();
  EXPECT_EQ(number("SELECT count(*) AS n FROM pod_checks WHERE pod_id = 'pod9'"), 0);
  EXPECT_FALSE(has_lane({"", kCheckLane, "pod9"}));
}

}  // namespace
}  // namespace tricircle::xjob
