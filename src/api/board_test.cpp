#include "api/board.hpp"

#include "api/board_rows.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;

board::Lists lists(bool open = false) {
  board::Lists made;
  made.pods = {{"p1", "One", "az", open, false}, {"p2", "Two", "az", false, false}};
  made.policies = {{"a", "gold", "acme", 1}, {"b", "iron", "other", 1}};
  return made;
}

const BoardSight kAll{true, "admin"};

class BoardRowsTest : public testing::Test {
 protected:
  void SetUp() override { rows_.take(lists()); }
  void read(const std::string& policy, std::vector<std::pair<std::string, char>> cells, std::int64_t intent = 1) {
    rows_.take(board::Policy{policy, "", "", intent}, cells);
  }
  json::array cells() { return rows_.shown(kAll).at("cells").as_array(); }
  std::vector<std::string> due(bool changed) {
    std::vector<std::string> ids;
    for (const board::Policy& policy : rows_.due(changed)) ids.push_back(policy.id);
    return ids;
  }

  BoardRows rows_;
};

TEST_F(BoardRowsTest, WhatWasNotReadIsUnknownAndDue) {
  EXPECT_EQ(cells(), (json::array{"??", "??"}));
  EXPECT_EQ(due(false), (std::vector<std::string>{"a", "b"}));
}

TEST_F(BoardRowsTest, ARowIsToldOnceItHasChanged) {
  const std::int64_t before = rows_.version();
  read("a", {{"p2", 'i'}});
  const json::object told = rows_.cells_since(before, kAll);
  EXPECT_EQ(json::serialize(told.at("rows")), R"([["a",".i"]])");
  EXPECT_TRUE(rows_.cells_since(rows_.version(), kAll).empty());
  read("a", {{"p2", 'i'}});
  EXPECT_TRUE(rows_.cells_since(told.at("version").as_int64(), kAll).empty());
}

TEST_F(BoardRowsTest, OfTwoLettersTheWorseIsShown) {
  read("a", {{"p1", 'i'}, {"p1", 'x'}, {"p2", 'p'}, {"p2", 'i'}});
  EXPECT_EQ(cells()[0], "xp");
}

TEST_F(BoardRowsTest, ASilentPodIsShownWhereWorkIsUnderWay) {
  read("a", {{"p1", 'p'}, {"p2", 'p'}});
  read("b", {{"p1", 'i'}});
  rows_.take(lists(true));
  EXPECT_EQ(cells(), (json::array{"dp", "i."}));
  rows_.take(lists(false));
  EXPECT_EQ(cells()[0], "pp");
}

TEST_F(BoardRowsTest, ADifferenceThatStandsIsShownOverWhatIsInSync) {
  read("a", {{"p1", 'i'}, {"p2", 'i'}});
  board::Lists changed = lists();
  changed.drifts = {{"a", "p2"}, {"a", "no such pod"}, {"no such policy", "p1"}};
  rows_.take(changed);
  EXPECT_EQ(cells()[0], "if");
}

TEST_F(BoardRowsTest, WhatMovesOrIsWantedAnewIsReadAgain) {
  read("a", {{"p1", 'p'}});
  read("b", {{"p1", 'i'}});
  EXPECT_EQ(due(false), (std::vector<std::string>{}));
  EXPECT_EQ(due(true).front(), "a");
  board::Lists edited = lists();
  edited.policies[1].intent = 2;
  rows_.take(edited);
  EXPECT_EQ(due(false), (std::vector<std::string>{"b"}));
}

TEST_F(BoardRowsTest, OthersAreReadInTurnAsAuditsChangeThemToo) {
  read("b", {{"p1", 'i'}});
  read("a", {{"p1", 'i'}});
  EXPECT_EQ(due(true), (std::vector<std::string>{"b", "a"}));
}

TEST_F(BoardRowsTest, AnotherListMustBeReadAgain) {
  const std::int64_t before = rows_.version();
  EXPECT_TRUE(rows_.knows(before));
  board::Lists more = lists();
  more.policies.push_back({"c", "zinc", "acme", 1});
  rows_.take(more);
  EXPECT_FALSE(rows_.knows(before));
  EXPECT_TRUE(rows_.knows(rows_.version()));
}

TEST_F(BoardRowsTest, RowsStayWhenOthersComeAndGoUnlessThePodsDo) {
  read("b", {{"p1", 'i'}});
  board::Lists fewer = lists();
  fewer.policies.erase(fewer.policies.begin());
  rows_.take(fewer);
  EXPECT_EQ(cells(), (json::array{"i."}));
  fewer.pods.pop_back();
  rows_.take(fewer);
  EXPECT_EQ(cells(), (json::array{"?"}));
}

TEST_F(BoardRowsTest, ATenantSeesThePoliciesOfHisProject) {
  read("a", {{"p1", 'i'}});
  read("b", {{"p1", 'i'}});
  const BoardSight sight{false, "acme"};
  EXPECT_EQ(rows_.shown(sight).at("policies").as_array().size(), 1U);
  EXPECT_EQ(rows_.cells_since(rows_.version() - 10, sight).at("rows").as_array().size(), 1U);
}

TEST_F(BoardRowsTest, VersionsOfAnotherProcessAreNotKnown) {
  BoardRows other;
  other.take(lists());
  EXPECT_FALSE(rows_.knows(other.version()));
}

}  // namespace
}  // namespace tricircle::api
