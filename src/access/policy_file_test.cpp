#include "access/test_policy.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

namespace tricircle::access {
namespace {

constexpr const char* kNoMap = "policy.yaml:1: the file is not a map from names to rules";

TEST(PolicyFile, PutsItsRulesOverTheDefaults) {
  const Policy policy = Policy::parsed("# ours\ncreate_policy: role:qos_admin\nadmin_only: role:boss\n", "f");
  EXPECT_TRUE(policy.allows("create_policy", {"u", "p", {"qos_admin"}}, {{"project_id", "q"}}));
  EXPECT_FALSE(policy.allows("create_policy", {"u", "p", {"admin"}}, {{"project_id", "p"}}));
  EXPECT_TRUE(policy.allows("delete_policy", {"u", "p", {"boss"}}, {{"project_id", "q"}})) << "a word of the defaults";
  EXPECT_FALSE(policy.allows("delete_policy", {"u", "p", {"admin"}}, {{"project_id", "q"}}));
}

TEST(PolicyFile, MayBeJsonOrEmptyAndNameRulesOfOtherResources) {
  EXPECT_TRUE(Policy::parsed(R"({"create_policy": "role:x",
      "get_network": [["role:x"]]})",
                             "f")
                  .allows("get_network", {"", "", {"x"}}, {}));
  for (const char* text : {"", "# nothing\n", "---\n", "{}", "---\n# c\n...\n"})
    EXPECT_EQ(refusal_of_file(text), "accepted") << text;
  EXPECT_EQ(refusal_of_file("create_router:ha: rule:admin_only\nmy_word: ''\n"), "accepted");
  EXPECT_TRUE(Policy::parsed("create_router: role:x", "f").has("create_router"));
}

TEST(PolicyFile, RefusesWithTheLineWhatIsNoMapOfRules) {
  EXPECT_EQ(refusal_of_file("words"), kNoMap);
  EXPECT_EQ(refusal_of_file("- a"), kNoMap);
  EXPECT_EQ(refusal_of_file("a: role:x\nb:\n"), "policy.yaml:2: a rule is a text or a list of lists; \"\" allows all");
  EXPECT_EQ(refusal_of_file("a: role:x\nb: {c: d}\n"), "policy.yaml:2: no map may stand here");
  EXPECT_EQ(refusal_of_file("a:\n- - - role:x\n"), "policy.yaml:2: no list may stand here");
  EXPECT_EQ(refusal_of_file("[a]: role:x\n"), "policy.yaml:1: no list may stand here");
  EXPECT_EQ(refusal_of_file("{[a]: role:x}\n"), "policy.yaml:1: no list may stand here");
  EXPECT_EQ(refusal_of_file("a: role:x\n\n~: role:x\n"), "policy.yaml:3: a rule has no name");
  EXPECT_EQ(refusal_of_file("a b: role:x\n"),
            "policy.yaml:1: a rule's name has 1 to 255 characters, none of them a space");
  EXPECT_EQ(refusal_of_file("a: !!binary role:x\n"), "policy.yaml:1: only texts are supported");
  EXPECT_EQ(refusal_of_file("a: yes\n"), "policy.yaml:1: \"yes\" is no check, which reads KIND:MATCH");
  EXPECT_EQ(refusal_of_file("a: [[role:x, b]]\n"), "policy.yaml:1: \"b\" is no check, which reads KIND:MATCH");
}

TEST(PolicyFile, RefusesDuplicatesAnchorsAndSecondDocuments) {
  EXPECT_EQ(refusal_of_file("a: role:x\nb: ''\na: role:y\n"), "policy.yaml:3: rule \"a\" stands in line 1 already");
  EXPECT_EQ(refusal_of_file("a: &x role:x\nb: *x\n"), "policy.yaml:1: anchors are not supported");
  EXPECT_EQ(refusal_of_file("a: &x [role:x, role:x]\nb: ''\n"), "policy.yaml:1: anchors are not supported");
  EXPECT_EQ(refusal_of_file("a: ''\n---\nb: ''\n"), "policy.yaml:2: a second document begins");
}

TEST(PolicyFile, SaysWhereYamlIsBroken) {
  EXPECT_EQ(refusal_of_file("a: role:x\nb: \"role:y\n").substr(0, 12), "policy.yaml:");
  EXPECT_EQ(refusal_of_file("a: role:x\n b: role:y: z\n").substr(0, 14), "policy.yaml:2:");
  EXPECT_NE(refusal_of_file(std::string(100'000, '[')), "accepted");
  EXPECT_NE(refusal_of_file(std::string(100'000, '{')), "accepted");
  EXPECT_EQ(refusal_of_file(std::string((1 << 20) + 1, ' ')), "policy.yaml: is larger than 1 MiB");
}

TEST(PolicyFile, IsReadFromDisk) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "policy.yaml";
  std::ofstream(file) << "create_policy: role:x\n";
  EXPECT_TRUE(Policy(file).allows("create_policy", {"u", "p", {"x"}}, {}));
  std::ofstream(file) << "create_policy: role\n";
  try {
    Policy policy(file);
    FAIL() << "accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(), file.string() + ":1: \"role\" is no check, which reads KIND:MATCH");
  }
  std::filesystem::remove(file);
  EXPECT_THROW(Policy{file}, base::Error) << "not there";
  EXPECT_THROW(Policy{std::filesystem::path(testing::TempDir())}, base::Error) << "a folder";
}

class PolicyFileWarnings : public testing::Test {
 protected:
  ~PolicyFileWarnings() override { spdlog::set_default_logger(before_); }

  std::string warnings_of(const std::string& text) {
    said_.str("");
    Policy::parsed(text, "policy.yaml");
    return said_.str();
  }

 private:
  std::ostringstream said_;
  std::shared_ptr<spdlog::logger> before_ = [this] {
    auto before = spdlog::default_logger();
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(said_)));
    return before;
  }();
};

TEST_F(PolicyFileWarnings, TellOfAnActionThatNobodyAsksFor) {
  EXPECT_THAT(warnings_of("a: ''\nmodify_policy: role:x\n"),
              testing::HasSubstr("policy_rule_unknown rule=modify_policy at=policy.yaml:2"));
  EXPECT_THAT(warnings_of("updte_port:mac_address: role:x\n"), testing::HasSubstr("rule=updte_port:mac_address"));
}

TEST_F(PolicyFileWarnings, SayNothingOfOtherResourcesAndOwnWords) {
  EXPECT_EQ(warnings_of("create_router: role:x\nget_network:new_thing: ''\nmy_own_words: ''\n"), "");
  EXPECT_EQ(warnings_of("good_policy: role:x\ncreate_policy: rule:good_policy\n"), "") << "a word of the operator's";
}

}  // namespace
}  // namespace tricircle::access
