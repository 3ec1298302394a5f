#include "base/config.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace tricircle::base {
namespace {

std::string refusal(const std::string& text) {
  try {
    parse_config(text, "t.conf");
  } catch (const Error& error) {
    return error.message();
  }
  return "accepted";
}

TEST(Config, TakesSectionsCommentsAndFractionsOfSeconds) {
  const Config config = parse_config(
      "debug = true\n# words\n[xjob]\nlease = 0.25\n in_flight=7\n[database]\nconnection = sqlite:////x=y.db\n", "t");
  EXPECT_TRUE(config.debug);
  EXPECT_EQ(config.lease, 250'000);
  EXPECT_EQ(config.in_flight, 7);
  EXPECT_EQ(config.connection, "sqlite:////x=y.db");
  EXPECT_EQ(config.settle, 30 * kSecond);
}

TEST(Config, RefusesWhatItDoesNotKnowWithItsLine) {
  EXPECT_EQ(refusal("[xjob]\nlaese = 1\n"), "t.conf:2: [xjob] laese is not known");
  EXPECT_EQ(refusal("[nova]\nx = 1\n"), "t.conf:2: [nova] x is not known");
  EXPECT_EQ(refusal("[xjob\n"), "t.conf:1: a section reads [name]");
  EXPECT_EQ(refusal("debug\n"), "t.conf:1: an option reads name = value");
}

TEST(Config, RefusesBadValues) {
  EXPECT_NE(refusal("[xjob]\nlease = soon"), "accepted");
  EXPECT_NE(refusal("[xjob]\nlease = -1"), "accepted");
  EXPECT_NE(refusal("[xjob]\nlease = nan"), "accepted");
  EXPECT_NE(refusal("[xjob]\nin_flight = 1.5"), "accepted");
  EXPECT_NE(refusal("[xjob]\nin_flight = 0"), "accepted");
  EXPECT_NE(refusal("[xjob]\ndisassociate_port = maybe"), "accepted");
  EXPECT_NE(refusal("debug = perhaps"), "accepted");
  EXPECT_NE(refusal("bind_port = 70000"), "accepted");
  EXPECT_NE(refusal("max_connections = 0"), "accepted");
  EXPECT_NE(refusal("[ssl]\nkey_file = /k.pem"), "accepted");
  EXPECT_NE(refusal("request_timeout = 0"), "accepted");
  EXPECT_NE(refusal("client_socket_timeout = 0"), "accepted");
}

TEST(Config, ARegionHasASectionOfItsOwn) {
  const Config config = parse_config(
      "[pod:RegionOne]\nusername = one\ncafile =\ntimeout = 2.5\n[xjob]\nlease = 1\n[pod:Region Two]\n"
      "connect_timeout = 1\n[pod:RegionOne]\npassword = p=w\n",
      "t");
  ASSERT_EQ(config.pods.size(), 2);
  const PodSection& one = config.pods.at("RegionOne");
  EXPECT_EQ(one.username, "one");
  EXPECT_EQ(one.password, "p=w");
  EXPECT_EQ(one.cafile, "") << "given and empty is given";
  EXPECT_EQ(one.timeout, 2'500'000);
  EXPECT_FALSE(one.auth_url || one.connect_timeout);
  EXPECT_EQ(config.pods.at("Region Two").connect_timeout, kSecond);
  EXPECT_EQ(config.username, "");
}

TEST(Config, RefusesARegionsSectionThatIsNoneWithItsLine) {
  for (const char* section : {"[pod:]", "[pod]", "[pod: RegionOne]", "[pod:RegionOne ]"})
    EXPECT_EQ(refusal(std::string("\n") + section), "t.conf:2: a region's section reads [pod:REGION]");
  EXPECT_EQ(refusal("[pods:RegionOne]\nusername = x"), "t.conf:2: [pods:RegionOne] username is not known");
  EXPECT_EQ(refusal("[pod:RegionOne]\nuser = x"), "t.conf:2: [pod:RegionOne] user is not known");
  EXPECT_EQ(refusal("[pod:RegionOne]\nlease = 1"), "t.conf:2: [pod:RegionOne] lease is not known");
  EXPECT_EQ(refusal("[pod:RegionOne]\ntimeout = 0"), "t.conf:2: at least 0.001 s");
  EXPECT_EQ(refusal("[pod:RegionOne]\nconnect_timeout = soon"), "t.conf:2: a number of seconds is wanted, not 'soon'");
}

TEST(Config, NoRegionIsCalledForLongerThanACallMayTake) {
  EXPECT_EQ(refusal("[pod:RegionOne]\ntimeout = 31\n"),
            "t.conf: [pod:RegionOne] timeout is 31 s: at most [xjob] call_deadline, 30 s, for that is how long a call "
            "counts as under way");
  EXPECT_EQ(refusal("[pod:RegionOne]\ntimeout = 31\n[xjob]\ncall_deadline = 31"), "accepted");
}

TEST(Config, TheReferenceIsItselfAConfiguration) {
  const std::string reference = config_reference();
  EXPECT_EQ(parse_config(reference, "reference").lease, Config().lease);
  EXPECT_NE(reference.find("sync_timeout = 10\n"), std::string::npos);
  EXPECT_NE(reference.find("#[pod:REGION]\n"), std::string::npos);
  EXPECT_TRUE(parse_config(reference, "reference").pods.empty());
}

}  // namespace
}  // namespace tricircle::base
