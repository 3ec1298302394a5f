#include "base/log_line.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace tricircle::base {
namespace {

TEST(LogLines, LeaveWordsAsTheyAre) {
  EXPECT_EQ(harmless("policy Größe 金 🙂 = \"gold\""), "policy Größe 金 🙂 = \"gold\"");
}

TEST(LogLines, CannotBeBrokenOrMoveACursor) {
  EXPECT_EQ(harmless("a\nb\r\t\x1b[31m\x7f"), "a\\x0ab\\x0d\\x09\\x1b[31m\\x7f");
}

TEST(LogLines, CannotTurnTheDirectionOfText) {
  EXPECT_EQ(harmless("a\u202Eb\u2066c\u200F"), "a\\u{202e}b\\u{2066}c\\u{200f}");
}

TEST(LogLines, ShowBytesThatAreNoText) {
  EXPECT_EQ(harmless("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(harmless("\xc0\xaf"), "\\xc0\\xaf");           // a slash, too long
  EXPECT_EQ(harmless("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a pair
}

boost::json::object as_object(std::string_view message) {
  return boost::json::parse("{" + json_members(message) + "}").as_object();
}

TEST(LogLines, BecomeMembersOfJson) {
  const boost::json::object line = as_object("pod_call region=One status=404 words=\"it is gone\" micros=12");
  EXPECT_EQ(line.at("event"), "pod_call");
  EXPECT_EQ(line.at("region"), "One");
  EXPECT_EQ(line.at("words"), "it is gone");
  EXPECT_EQ(line.at("micros"), "12");
}

TEST(LogLines, WithQuotesInsideStayWhole) {
  const boost::json::object line = as_object("run_failed error=\"no \"gold\" here\" pod=a");
  EXPECT_EQ(line.at("error"), "no \"gold\" here");
  EXPECT_EQ(line.at("pod"), "a");
}

TEST(LogLines, OfAnyShapeAreJson) {
  for (const char* message : {"", " ", "=", "a=", "a=\"", "event words without keys", "e k=\"v", "e =x", "e  a=b"})
    EXPECT_TRUE(as_object(message).contains("event")) << message;
}

}  // namespace
}  // namespace tricircle::base
