#include "api/answers.hpp"

#include "base/ids.hpp"

#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

namespace tricircle::api {
namespace {

http::Request question(const std::string& path, const std::string& project = "p") {
  http::Request request;
  request.method = "GET";
  request.path = path;
  request.headers["x-project-id"] = project;
  return request;
}

class RememberedAnswers : public testing::Test {
 protected:
  ~RememberedAnswers() override { std::filesystem::remove_all(folder_); }

  void keep(const http::Request& request, const std::string& body) {
    answers_.keep(request, answers_.stamp().value(), {200, {}, body});
  }
  std::string found(const http::Request& request) {
    const auto answer = answers_.find(request);
    return answer ? answer->body : "nothing";
  }
  static void change(storage::Database& db) {
    db.write([](storage::Connection& c) { c.execute("CREATE TABLE IF NOT EXISTS anything (n BIGINT)"); });
    db.write([](storage::Connection& c) { c.execute("INSERT INTO anything (n) VALUES (1)"); });
  }

  std::filesystem::path folder_ = [] {
    std::filesystem::path made = std::filesystem::temp_directory_path() / ("answers-" + base::new_uuid());
    std::filesystem::create_directories(made);
    return made;
  }();
  std::unique_ptr<storage::Database> db_ = storage::open_sqlite(folder_ / "store.db");
  Answers answers_{*db_, 100'000};
};

TEST_F(RememberedAnswers, AreGivenAgainToTheSameQuestion) {
  keep(question("/v2.0/networks"), "all");
  EXPECT_EQ(found(question("/v2.0/networks")), "all");
  EXPECT_EQ(found(question("/v2.0/ports")), "nothing");
}

TEST_F(RememberedAnswers, AreForgottenWithAnyCommitOfThisProcess) {
  keep(question("/v2.0/networks"), "all");
  change(*db_);
  EXPECT_EQ(found(question("/v2.0/networks")), "nothing");
}

TEST_F(RememberedAnswers, AreForgottenWithAnyCommitOfAnother) {
  const auto other = storage::open_sqlite(folder_ / "store.db");
  keep(question("/v2.0/networks"), "all");
  change(*other);
  EXPECT_EQ(found(question("/v2.0/networks")), "nothing");
}

TEST_F(RememberedAnswers, OfBeforeACommitAreNotGivenAfterIt) {
  const std::int64_t before = answers_.stamp().value();
  change(*db_);
  answers_.keep(question("/v2.0/networks"), before, {200, {}, "old"});
  EXPECT_EQ(found(question("/v2.0/networks")), "nothing");
}

TEST_F(RememberedAnswers, AreOfOneCallerAlone) {
  keep(question("/v2.0/networks", "one"), "one's");
  EXPECT_EQ(found(question("/v2.0/networks", "two")), "nothing");
}

TEST_F(RememberedAnswers, AreTheSameForATokenAndForTheHeadersThatItStandsFor) {
  http::Request admitted = question("/v2.0/networks", "one");
  admitted.headers["x-user-id"] = "ann";
  admitted.headers["x-roles"] = "member,reader";
  keep(admitted, "ann's");
  http::Request asked = question("/v2.0/networks", "forged");
  asked.headers["x-auth-token"] = "secret";
  asked.headers["x-roles"] = "admin";
  const auto found = answers_.find(asked, Asker{"ann", "one", "member,reader"});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->body, "ann's");
  EXPECT_FALSE(answers_.find(asked, Asker{"ann", "one", "member"}).has_value());
  EXPECT_FALSE(answers_.find(asked, Asker{"bob", "one", "member,reader"}).has_value());
}

TEST_F(RememberedAnswers, OfAQueryThatReadsLikeAnotherStayApart) {
  http::Request one = question("/v2.0/networks");
  one.query = {{"name", "a1:b"}};
  http::Request two = question("/v2.0/networks");
  two.query = {{"name", "a"}, {"b", ""}};
  keep(one, "one");
  EXPECT_EQ(found(two), "nothing");
  EXPECT_EQ(found(one), "one");
}

TEST_F(RememberedAnswers, ThatAreErrorsAreNotKept) {
  answers_.keep(question("/v2.0/networks/x"), answers_.stamp().value(), {404, {}, "gone"});
  EXPECT_EQ(found(question("/v2.0/networks/x")), "nothing");
}

TEST_F(RememberedAnswers, TakeNoMoreThanTheyMay) {
  for (int i = 0; i < 100; ++i) keep(question("/v2.0/networks/" + std::to_string(i)), std::string(10'000, 'x'));
  int left = 0;
  for (int i = 0; i < 100; ++i) left += found(question("/v2.0/networks/" + std::to_string(i))) == "nothing" ? 0 : 1;
  EXPECT_GT(left, 0);
  EXPECT_LT(left, 10);
}

TEST_F(RememberedAnswers, ThatWouldNeverFitAreNotKept) {
  keep(question("/v2.0/networks"), std::string(200'000, 'x'));
  EXPECT_EQ(found(question("/v2.0/networks")), "nothing");
}

TEST(AnswersOfAStoreWithoutAStamp, AreNotKept) {
  const auto db = storage::open_sqlite_in_memory();
  Answers answers(*db);
  EXPECT_FALSE(answers.stamp().has_value());
  EXPECT_FALSE(answers.find(question("/v2.0/networks")).has_value());
}

TEST(RememberableQuestions, AreReadsOfNeutronAlone) {
  EXPECT_TRUE(Answers::may_keep(question("/v2.0/networks")));
  EXPECT_FALSE(Answers::may_keep(question("/v1.0/pods")));
  http::Request write = question("/v2.0/networks");
  write.method = "POST";
  EXPECT_FALSE(Answers::may_keep(write));
}

}  // namespace
}  // namespace tricircle::api
