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
}

TEST(Config, TheReferenceIsItselfAConfiguration) {
  const std::string reference = config_reference();
  EXPECT_EQ(parse_config(reference, "reference").lease, Config().lease);
  EXPECT_NE(reference.find("sync_timeout = 10\n"), std::string::npos);
}

}  // namespace
}  // namespace tricircle::base
