// What is told of a pod's policy that is not as it was confirmed.
#include "xjob/drift.hpp"

#include "xjob/test_centre.hpp"

#include <gmock/gmock.h>

namespace tricircle::xjob {
namespace {

using testing::HasSubstr;

Copy gold() {
  Copy copy;
  copy.attributes = object_of(R"({"name": "gold", "description": "", "shared": false})");
  copy.rules = {{"bandwidth_limit", "egress", "b",
                 object_of(R"({"max_kbps": 100, "max_burst_kbps": 10, "direction": "egress"})"), false, ""},
                {"dscp_marking", "", "d", object_of(R"({"dscp_mark": 26})"), false, ""},
                {"minimum_bandwidth", "egress", "", object_of(R"({"min_kbps": 1})"), true, "no such rule here"}};
  return copy;
}

domain::Record shown(const std::string& rules, const std::string& name = "gold") {
  return object_of(R"({"id": "x", "name": ")" + name +
                   R"(", "description": "", "shared": false, "tenant_id": "acme", "rules": [)" + rules + "]}");
}

constexpr char kLimit[] =
    R"({"type": "bandwidth_limit", "id": "b", "max_kbps": 100, "max_burst_kbps": 10, "direction": "egress"})";
constexpr char kMark[] = R"({"type": "dscp_marking", "id": "d", "dscp_mark": 26})";

std::string both(const std::string& one, const std::string& other) {
  return one + "," + other;
}

TEST(DriftOf, WhatIsAsItWasConfirmedHasNotDriftedInWhateverOrderItIsShown) {
  EXPECT_EQ(drift_of(gold(), shown(both(kLimit, kMark))), "");
  EXPECT_EQ(drift_of(gold(), shown(both(kMark, kLimit))), "");
}

TEST(DriftOf, ARuleThatThePodRefusesIsNotMissed) {
  EXPECT_EQ(drift_of(gold(), shown(both(kLimit, kMark))).find("minimum"), std::string::npos);
}

TEST(DriftOf, EachDifferenceIsNamedWithWhatIsThereAndWhatShouldBe) {
  const std::string words = drift_of(
      gold(),
      shown(R"({"type": "bandwidth_limit", "id": "b", "max_kbps": 5, "max_burst_kbps": 10, "direction": "egress"},)"
            R"({"type": "packet_rate_limit", "id": "p", "max_kpps": 1, "max_burst_kpps": 1, "direction": "any"})",
            "mine"));
  EXPECT_THAT(words, HasSubstr("rule bandwidth_limit egress: max_kbps is 5 instead of 100"));
  EXPECT_THAT(words, HasSubstr("rule dscp_marking is missing"));
  EXPECT_THAT(words, HasSubstr("rule packet_rate_limit any is one too many"));
  EXPECT_THAT(words, HasSubstr(R"(name is "mine" instead of "gold")"));
}

TEST(DriftOf, ARuleOfATypeUnknownHereIsNotOurs) {
  EXPECT_EQ(drift_of(gold(), shown(both(kLimit, kMark) + R"(,{"type": "packet_colour", "id": "c", "hue": 1})")), "");
}

class DriftTest : public CentreTest {
 protected:
  DriftTest() {
    add_pod("pod1");
    add_policy("gold");
    copy("gold", "pod1");
  }
  bool note(const std::string& found) {
    return write([&](Connection& db) {
      return note_drift(db, {copy_lane("pod1", "gold"), "local", "gold", "acme", found, "", kEnforce}, now());
    });
  }
  std::int64_t rows(const std::string& where) { return number("SELECT count(*) AS n FROM drifts WHERE " + where); }
};

TEST_F(DriftTest, TheSameIsKeptOnceAndAnotherEndsIt) {
  EXPECT_TRUE(note("a"));
  EXPECT_FALSE(note("a"));
  EXPECT_TRUE(note("b"));
  EXPECT_EQ(rows("ended_at IS NULL"), 1);
  EXPECT_EQ(rows("ended_at IS NULL AND found = 'b'"), 1);
  EXPECT_EQ(rows("1 = 1"), 2);
  EXPECT_TRUE(write([](Connection& db) { return find_copy(db, "gold", "pod1")->drifted(); }));
}

TEST_F(DriftTest, OfWhatIsGoneOrNoLongerMarkedItHasEnded) {
  note("a");
  write([&](Connection& db) { end_stale_drifts(db, "pod1", now()); });
  EXPECT_EQ(rows("ended_at IS NULL"), 1) << "it is still so";
  write([&](Connection& db) {
    forget_copy(db, "gold", "pod1");
    end_stale_drifts(db, "pod1", now());
  });
  EXPECT_EQ(rows("ended_at IS NULL"), 0);
  write([&](Connection& db) { forget_old_drifts(db, "pod1", now() + 1); });
  EXPECT_EQ(rows("1 = 1"), 0);
}

}  // namespace
}  // namespace tricircle::xjob
