#include "access/test_policy.hpp"

#include <gtest/gtest.h>

namespace tricircle::access {
namespace {

TEST(PolicyLanguage, SaysAlwaysAndNever) {
  EXPECT_TRUE(holds(""));
  EXPECT_TRUE(holds("@"));
  EXPECT_FALSE(holds("!"));
}

TEST(PolicyLanguage, NotBindsCloserThanAndAndAndCloserThanOr) {
  EXPECT_TRUE(holds("@ or ! and !"));
  EXPECT_TRUE(holds("! and ! or @"));
  EXPECT_FALSE(holds("(@ or !) and !"));
  EXPECT_TRUE(holds("not ! and @"));
  EXPECT_FALSE(holds("not (! or @)"));
  EXPECT_TRUE(holds("not not @"));
  EXPECT_TRUE(holds("! or ! or @ and @ and @"));
  EXPECT_FALSE(holds("@ and not @ or ! and @"));
}

TEST(PolicyLanguage, TakesItsWordsInAnyCaseAndParenthesesWithoutSpaces) {
  EXPECT_TRUE(holds("((@)) AND (NOT (!) Or !)"));
  EXPECT_TRUE(holds("\n  @\t and\n @ "));
}

TEST(PolicyLanguage, ComparesRolesWithoutCase) {
  EXPECT_TRUE(holds("role:Member"));
  EXPECT_TRUE(holds("role:member", {"u", "p", {"MEMBER"}}));
  EXPECT_FALSE(holds("role:members"));
  EXPECT_TRUE(holds("role:%(wanted)s", {"u", "p", {"member"}}, {{"wanted", "Member"}}));
  EXPECT_FALSE(holds("role:%(wanted)s"));
}

TEST(PolicyLanguage, ComparesTheCallerWithTheTarget) {
  EXPECT_TRUE(holds("project_id:%(project_id)s"));
  EXPECT_FALSE(holds("project_id:%(project_id)s", {"u1", "p2", {}}));
  EXPECT_TRUE(holds("user_id:%(user_id)s", {"u1", "p1", {}}, {{"user_id", "u1"}}));
  EXPECT_FALSE(holds("user_id:%(user_id)s")) << "the target says nothing of a user";
  EXPECT_TRUE(holds("project_id:p1"));
  EXPECT_TRUE(holds("roles:member"));
  EXPECT_FALSE(holds("system_scope:all")) << "no token of ours has it";
}

TEST(PolicyLanguage, TenantAndProjectAreOneAlsoOfParents) {
  EXPECT_TRUE(holds("tenant_id:%(tenant_id)s"));
  EXPECT_TRUE(holds("project_id:%(project_id)s", {"u1", "p1", {}}, {{"tenant_id", "p1"}}));
  EXPECT_TRUE(holds("tenant_id:%(network:tenant_id)s", {"u1", "p1", {}}, {{"network:project_id", "p1"}}));
  EXPECT_FALSE(holds("tenant_id:%(ext_parent:tenant_id)s", {"u1", "p1", {}}, {{"ext_parent:project_id", "p2"}}));
}

TEST(PolicyLanguage, ComparesLiteralsWithTheTarget) {
  const Target target{{"x", "a b"}, {"shared", "True"}, {"ip_version", "6"}};
  EXPECT_TRUE(holds("True:%(shared)s", {}, target));
  EXPECT_FALSE(holds("False:%(shared)s", {}, target));
  EXPECT_TRUE(holds("6:%(ip_version)s", {}, target));
  EXPECT_TRUE(holds("\"v6\":v%(ip_version)s", {}, target));
  EXPECT_TRUE(holds("\"100%\":100%%", {}, target));
  EXPECT_FALSE(holds("None:%(nothing)s", {}, target));
}

TEST(PolicyLanguage, LooksAtFieldsOfTheObjectAndOfItsNetwork) {
  EXPECT_TRUE(holds("field:networks:shared=True", {}, {{"shared", "True"}}));
  EXPECT_TRUE(holds("field:networks:shared=true", {}, {{"network:shared", "True"}}));
  EXPECT_FALSE(holds("field:networks:shared=True", {}, {{"shared", "False"}, {"network:shared", "True"}}));
  EXPECT_FALSE(holds("field:networks:shared=False", {}, {})) << "unknown is neither";
  EXPECT_TRUE(holds("field:networks:router:external=1", {}, {{"router:external", "True"}}));
  EXPECT_FALSE(holds("field:policies:shared=True", {}, {{"network:shared", "True"}}));
  EXPECT_TRUE(holds("field:rbac_policy:target_tenant=*", {}, {{"target_tenant", "*"}}));
}

TEST(PolicyLanguage, MatchesPatternsFromTheBeginning) {
  const auto matches = [](const std::string& pattern, const std::string& value) {
    return holds("field:port:device_owner=~" + pattern, {}, {{"device_owner", value}});
  };
  EXPECT_TRUE(matches("^network:", "network:dhcp"));
  EXPECT_TRUE(matches("network:", "network:dhcp"));
  EXPECT_FALSE(matches("^network:", "compute:network:"));
  EXPECT_TRUE(matches("^net.ork:.*d.*p$", "network:dhcp"));
  EXPECT_FALSE(matches("^network$", "network:dhcp"));
  EXPECT_TRUE(matches("a\\.b", "a.b"));
  EXPECT_FALSE(matches("a\\.b", "acb"));
  EXPECT_TRUE(matches(".*a.*a.*b$", std::string(200, 'a') + "ab"));
  EXPECT_FALSE(holds("field:port:device_owner=~^network:", {}, {}));
}

TEST(PolicyLanguage, AsksOtherRulesAlsoThoseWithColons) {
  EXPECT_TRUE(Policy::parsed("a: rule:b:c or !\n'b:c': role:x", "f").allows("a", {"", "", {"x"}}, {}));
  EXPECT_FALSE(Policy::parsed("a: rule:b:c\n'b:c': role:x", "f").allows("a", {}, {}));
}

TEST(PolicyLanguage, AdminIsWhoTheRuleContextIsAdminSays) {
  EXPECT_TRUE(holds("is_admin:True", {"u", "p", {"Admin"}}));
  EXPECT_FALSE(holds("is_admin:True"));
  EXPECT_TRUE(holds("is_admin:False"));
  const Policy policy =
      Policy::parsed("context_is_admin: role:boss and project_id:%(project_id)s\na: is_admin:True", "f");
  EXPECT_TRUE(policy.allows("a", {"u", "p", {"boss"}}, {{"project_id", "another"}}));
  EXPECT_FALSE(policy.allows("delete_network", {"u", "p", {"boss"}}, {{"project_id", "another"}}));
  EXPECT_FALSE(policy.allows("delete_network", {"u", "p", {"admin"}}, {{"project_id", "p"}}));
}

TEST(PolicyLanguage, TakesTheOldListsOfLists) {
  const Policy policy = Policy::parsed(
      "a: [[\"role:x\", \"project_id:%(project_id)s\"], [\"role:y\"], \"role:z\"]\n"
      "all: []\n"
      "none: [[]]\n",
      "f");
  const auto allowed = [&](const std::string& role, const std::string& project) {
    return policy.allows("a", {"u", "p", {role}}, {{"project_id", project}});
  };
  EXPECT_TRUE(allowed("x", "p"));
  EXPECT_FALSE(allowed("x", "q"));
  EXPECT_TRUE(allowed("y", "q"));
  EXPECT_TRUE(allowed("z", "q"));
  EXPECT_TRUE(policy.allows("all", {}, {}));
  EXPECT_FALSE(policy.allows("none", {}, {}));
}

TEST(PolicyLanguage, SaysWhatIsWrongAndWhere) {
  const std::string at = "policy.yaml:2: ";
  EXPECT_EQ(refusal_of_rule("role:a and"), at + "the rule ends where a check must stand");
  EXPECT_EQ(refusal_of_rule("role:a role:b"), at + "and, or is missing before \"role:b\"");
  EXPECT_EQ(refusal_of_rule("role:a or and role:b"), at + "a check must stand before \"and\"");
  EXPECT_EQ(refusal_of_rule("(role:a"), at + "a ( is not closed");
  EXPECT_EQ(refusal_of_rule("role:a)"), at + "a ) closes nothing");
  EXPECT_EQ(refusal_of_rule("()"), at + "a check must stand before \")\"");
  EXPECT_EQ(refusal_of_rule(" "), at + "the rule ends where a check must stand");
  EXPECT_EQ(refusal_of_rule("admin"), at + "\"admin\" is no check, which reads KIND:MATCH");
  EXPECT_EQ(refusal_of_rule("\"role:a\""), at + "a caller has no \"\"role\"");
  EXPECT_EQ(refusal_of_rule("projectid:x"), at + "a caller has no \"projectid\"");
  EXPECT_EQ(refusal_of_rule("rule:"), at + "rule: names no rule");
  EXPECT_EQ(refusal_of_rule("project_id:%(project_id)"), at + "in \"%(project_id\" a % is neither %(name)s nor %%");
  EXPECT_EQ(refusal_of_rule("field:networks:shared"),
            at + "a field check reads field:RESOURCE:ATTRIBUTE=VALUE, not \"networks:shared\"");
  EXPECT_EQ(refusal_of_rule("field:port:name=~a+"),
            at + "the pattern \"a+\" needs more than plain characters, '.', '.*', '^' first and '$' last");
  EXPECT_EQ(refusal_of_rule("http://example.org/%(name)s"), at + "checks by http are not supported");
  EXPECT_EQ(refusal_of_rule("role:a and https://x"), at + "checks by http are not supported");
}

TEST(PolicyLanguage, RefusesRulesThatLeadNowhereOrInACircle) {
  EXPECT_EQ(refusal_of_rule("rule:nobody_wrote_this"),
            "policy.yaml:2: rule \"nobody_wrote_this\", which \"create_policy\" asks for, does not exist");
  EXPECT_EQ(refusal_of_file("a: rule:b\nb: role:x or rule:c\nc: not rule:a\n"),
            "policy.yaml:1: rules ask for each other in a circle: a -> b -> c -> a");
  EXPECT_EQ(refusal_of_file("a: rule:a"), "policy.yaml:1: rules ask for each other in a circle: a -> a");
  EXPECT_EQ(refusal_of_file("\ncontext_is_admin: rule:admin_only"),
            "policy.yaml:2: rules ask for each other in a circle: admin_only -> context_is_admin -> admin_only");
  EXPECT_EQ(refusal_of_file("context_is_admin: is_admin:True"),
            "policy.yaml:1: rules ask for each other in a circle: context_is_admin -> context_is_admin");
}

TEST(PolicyLanguage, RefusesWhatWouldTakeTooDeepOrTooLong) {
  EXPECT_EQ(refusal_of_rule(std::string(1000, '(') + "@" + std::string(1000, ')')),
            "policy.yaml:2: the rule is nested more than 100 levels deep");
  std::string negations;
  for (int i = 0; i < 100'000; ++i) negations += "not ";
  EXPECT_EQ(refusal_of_rule(negations + "@"), "policy.yaml:2: the rule is nested more than 100 levels deep");

  std::string chain;
  std::string doubling = "r0: '@'\n";
  for (int i = 0; i < 10'000; ++i) chain += "r" + std::to_string(i) + ": rule:r" + std::to_string(i + 1) + "\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "rule:r" + std::to_string(i - 1);
    doubling += "r" + std::to_string(i) + ": " + before + " or " + before + "\n";
  }
  EXPECT_NE(refusal_of_file(chain + "r10000: ''").find("is too large, with all that it asks for"), std::string::npos);
  EXPECT_NE(refusal_of_file(doubling).find("is too large, with all that it asks for"), std::string::npos);
}

}  // namespace
}  // namespace tricircle::access
