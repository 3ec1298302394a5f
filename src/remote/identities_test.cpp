#include "remote/identities.hpp"

#include "remote/scripted_keystone.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>

namespace tricircle::remote {
namespace {

using testing::HasSubstr;

class IdentitiesTest : public testing::Test {
 protected:
  IdentitiesTest() { runtime_.start(); }
  ~IdentitiesTest() override { runtime_.stop(); }

  static Login login(const std::string& keystone, const std::string& user) {
    Login login;
    login.credentials.auth_url = "http://" + keystone;
    login.credentials.username = user;
    return login;
  }
  Answer list_rule_types(const std::string& region, base::Micros longest = 30 * base::kSecond) {
    PodNeutron pod = identities_.neutron({"p", region, "http://" + region}, longest);
    return boost::asio::co_spawn(runtime_.io(), pod.rule_types(), boost::asio::use_future).get();
  }
  static Logins logins() {
    Logins logins{login("k", "us"), {}};
    logins.of_region["Same"] = logins.usual;
    logins.of_region["Same"].ca_file = "/same.pem";
    logins.of_region["Same"].timeout = 2 * base::kSecond;
    logins.of_region["Same"].connect_timeout = base::kSecond;
    logins.of_region["Other"] = login("k2", "they");
    return logins;
  }

  base::Runtime runtime_{1};
  base::TestClock clock_;
  ScriptedKeystone keystone_;
  Identities identities_{keystone_, runtime_, clock_, logins()};
};

TEST_F(IdentitiesTest, RegionsWithTheSameCredentialsShareAToken) {
  EXPECT_TRUE(list_rule_types("RegionOne").is(200));
  EXPECT_TRUE(list_rule_types("RegionTwo").is(200));
  EXPECT_TRUE(list_rule_types("Same").is(200));
  EXPECT_EQ(keystone_.tokens_given(), 1);
  EXPECT_EQ(&identities_.of("Same"), &identities_.own());
}

// Whoever waits for a token may have stood still meanwhile, and somebody else have begun where he was.
TEST_F(IdentitiesTest, WhetherACallMayBeSentIsAskedWhenItsTokenIsThere) {
  PodNeutron pod = identities_.neutron({"p", "RegionOne", "http://RegionOne"}, base::kSecond);
  int tokens = 0;
  pod.ask_first([&] {
    tokens = keystone_.tokens_given();
    throw std::runtime_error("no more");
  });
  auto call = boost::asio::co_spawn(runtime_.io(), pod.rule_types(), boost::asio::use_future);
  EXPECT_THROW(call.get(), std::runtime_error);
  EXPECT_EQ(tokens, 1);
  EXPECT_EQ(keystone_.take_requests().size(), 1U) << "for the token; none to the pod";
}

TEST_F(IdentitiesTest, ARegionWithItsOwnIsCalledAsThatUser) {
  EXPECT_TRUE(list_rule_types("Other").is(200));
  const auto requests = keystone_.take_requests();
  ASSERT_EQ(requests.size(), 2);
  EXPECT_EQ(requests[0].url, "http://k2/v3/auth/tokens");
  EXPECT_THAT(requests[0].body, HasSubstr(R"("they")"));
  EXPECT_NE(&identities_.of("Other"), &identities_.own());
}

TEST_F(IdentitiesTest, ARegionsOwnAuthorityAndPatienceHoldForItsNeutron) {
  list_rule_types("Same");
  list_rule_types("Same", base::kSecond);
  list_rule_types("RegionOne");
  const auto requests = keystone_.take_requests();
  ASSERT_EQ(requests.size(), 4);
  EXPECT_EQ(requests[0].ca_file, "") << "Keystone's";
  EXPECT_EQ(requests[1].ca_file, "/same.pem");
  EXPECT_EQ(requests[1].timeout_ms, 2'000);
  EXPECT_EQ(requests[1].connect_timeout_ms, 1'000);
  EXPECT_EQ(requests[2].timeout_ms, 1'000) << "the caller was in a hurry";
  EXPECT_EQ(requests[3].timeout_ms, 30'000);
}

TEST_F(IdentitiesTest, ATokenThatHasEndedEarlyIsRenewedOnceAndTheCallSucceeds) {
  list_rule_types("RegionOne");
  keystone_.revoke_all();
  EXPECT_TRUE(list_rule_types("RegionOne").is(200));
  EXPECT_EQ(keystone_.tokens_given(), 2);
}

TEST_F(IdentitiesTest, ATokenThatAnotherCallHasRenewedIsNotThrownAway) {
  Identity& us = identities_.own();
  list_rule_types("RegionOne");
  us.forget_token({{"x-auth-token", "t1"}});
  list_rule_types("RegionOne");
  us.forget_token({{"x-auth-token", "t1"}});  // of a call that was under way all the time
  list_rule_types("RegionOne");
  EXPECT_EQ(keystone_.tokens_given(), 2);
}

TEST_F(IdentitiesTest, WhoGetsNoNewTokenIsTold) {
  list_rule_types("RegionOne");
  keystone_.revoke_all();
  keystone_.refuse();
  const Answer answer = list_rule_types("RegionOne");
  EXPECT_FALSE(answer.answered());
  EXPECT_EQ(answer.words, "Keystone at http://k gave no token to user us: No such user.");
}

}  // namespace
}  // namespace tricircle::remote
