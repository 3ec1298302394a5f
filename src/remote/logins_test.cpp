#include "remote/logins.hpp"

#include <gtest/gtest.h>

namespace tricircle::remote {
namespace {

Logins logins(const std::string& text) {
  return logins_of(base::parse_config(
      "[keystone_authtoken]\nauth_url = http://k/v3\nusername = us\npassword = secret\nproject_name = service\n"
      "user_domain_id = d1\nproject_domain_name = Default\ncafile = /all.pem\n" +
          text,
      "t"));
}

Login in_one(const std::string& section) {
  return logins("[pod:RegionOne]\n" + section).of_region.at("RegionOne");
}

TEST(Logins, WhatASectionDoesNotGiveIsAsForAll) {
  const Logins all = logins("[pod:RegionOne]\ntimeout = 2\n");
  EXPECT_EQ(all.usual.credentials.username, "us");
  EXPECT_EQ(all.usual.ca_file, "/all.pem");
  EXPECT_EQ(all.usual.timeout, 0);
  const Login& one = all.of_region.at("RegionOne");
  EXPECT_EQ(one.credentials, all.usual.credentials);
  EXPECT_EQ(one.ca_file, "/all.pem");
  EXPECT_EQ(one.timeout, 2 * base::kSecond);
  EXPECT_EQ(one.connect_timeout, all.usual.connect_timeout);
}

TEST(Logins, ASectionsUserIsItsOwn) {
  const Credentials who = in_one("username = one\npassword = other\nproject_name = p1\n").credentials;
  EXPECT_EQ(who.username, "one");
  EXPECT_EQ(who.password, "other");
  EXPECT_EQ(who.project_name, "p1");
  EXPECT_EQ(who.auth_url, "http://k/v3");
}

TEST(Logins, ADomainsNameInASectionCountsOverAnIdForAll) {
  const Credentials named = in_one("user_domain_name = Users\nproject_domain_id = d2\n").credentials;
  EXPECT_EQ(named.user_domain, "Users");
  EXPECT_TRUE(named.user_domain_is_name);
  EXPECT_EQ(named.project_domain, "d2");
  EXPECT_FALSE(named.project_domain_is_name);
  const Credentials usual = in_one("username = x\n").credentials;
  EXPECT_EQ(usual.user_domain, "d1");
  EXPECT_FALSE(usual.user_domain_is_name);
  EXPECT_EQ(usual.project_domain, "Default");
  EXPECT_TRUE(usual.project_domain_is_name);
}

TEST(Logins, ASectionsAuthorityIsThatOfItsOwnKeystoneOnly) {
  const Login shared = in_one("cafile = /one.pem\n");
  EXPECT_EQ(shared.ca_file, "/one.pem");
  EXPECT_EQ(shared.credentials.ca_file, "/all.pem");
  const Login own = in_one("cafile = /one.pem\nauth_url = http://k1/v3\n");
  EXPECT_EQ(own.credentials.ca_file, "/one.pem");
  EXPECT_EQ(in_one("auth_url = http://k1/v3\n").credentials.ca_file, "/all.pem");
  EXPECT_EQ(in_one("cafile =\n").ca_file, "") << "the system's";
}

TEST(Logins, ASectionMayDoWithoutKeystone) {
  EXPECT_EQ(in_one("auth_url =\n").credentials.auth_url, "");
}

}  // namespace
}  // namespace tricircle::remote
