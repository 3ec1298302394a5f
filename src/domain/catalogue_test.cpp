#include "domain/catalogue.hpp"

#include "domain/test_support.hpp"
#include "domain/validate.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace tricircle::domain {
namespace {

using Columns = std::set<std::string, std::less<>>;

// table -> columns, as the migrations make them.
std::map<std::string, Columns, std::less<>> migrated_tables() {
  const std::filesystem::directory_iterator folder(TRICIRCLE_MIGRATIONS);
  std::set<std::filesystem::path> files;
  for (const auto& entry : folder) files.insert(entry.path());
  EXPECT_FALSE(files.empty());
  std::map<std::string, Columns, std::less<>> tables;
  std::string table;
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      std::smatch match;
      if (std::regex_search(line, match, std::regex("^CREATE TABLE (\\w+)"))) table = match[1];
      if (std::regex_search(line, match, std::regex("^  \"?([a-z][a-z_0-9:]*)\"? "))) tables[table].insert(match[1]);
      if (std::regex_search(line, match, std::regex("^ALTER TABLE (\\w+) DROP COLUMN (\\w+)")))
        tables[match[1]].erase(match[2]);
      if (std::regex_search(line, match, std::regex("^ALTER TABLE (\\w+) ADD COLUMN \"?([a-z][a-z_0-9:]*)\"? ")))
        tables[match[1]].insert(match[2]);
    }
  }
  return tables;
}

std::vector<const Resource*> every_resource() {
  std::vector<const Resource*> all(resources().begin(), resources().end());
  for (const RuleType& type : rule_types()) all.push_back(&type.resource);
  return all;
}

TEST(Catalogue, NamesEachStoredAttributeAfterItsColumn) {
  const auto tables = migrated_tables();
  for (const Resource* resource : every_resource()) {
    const auto table = tables.find(resource->table);
    ASSERT_NE(table, tables.end()) << resource->table;
    for (const Attribute& attribute : resource->attributes) {
      if (!(attribute.can & kDerived)) {
        EXPECT_TRUE(table->second.contains(attribute.name)) << resource->name << '.' << attribute.name;
      }
    }
  }
}

TEST(Catalogue, ShowsEveryColumnOfNeutronsObjects) {
  const std::set<std::string, std::less<>> ours{"intent", "met", "from_centre", "made_for", "on_drift", "leaving"};
  for (const auto& [table, columns] : migrated_tables()) {
    for (const Resource* resource : resources()) {
      if (resource->table != table) continue;
      for (const std::string& column : columns) {
        EXPECT_TRUE(ours.contains(column) || resource->find(column)) << table << '.' << column;
      }
    }
  }
}

TEST(Catalogue, HasFallbacksThatTheirOwnAttributesTake) {
  for (const Resource* resource : every_resource()) {
    for (const Attribute& attribute : resource->attributes) {
      if (attribute.fallback.empty() || attribute.fallback == kByHand) continue;
      const boost::json::value fallback = boost::json::parse(attribute.fallback);
      if (fallback.is_null()) continue;  // nothing was said, which nobody can say
      EXPECT_EQ(coerced(attribute, fallback), fallback) << resource->name << '.' << attribute.name;
    }
  }
}

TEST(Catalogue, NeverRequiresWhatMayNotBePosted) {
  for (const Resource* resource : every_resource()) {
    for (const Attribute& attribute : resource->attributes) {
      if (attribute.can & kRequired) EXPECT_TRUE(attribute.can & kPost) << attribute.name;
      if (attribute.can & kRequired) EXPECT_TRUE(attribute.fallback.empty()) << attribute.name;
      if (attribute.can & kNullIsFallback) EXPECT_FALSE(attribute.fallback.empty()) << attribute.name;
      if (attribute.kind == Kind::choice) EXPECT_FALSE(attribute.choices.empty()) << attribute.name;
    }
  }
}

TEST(Catalogue, NamesNoAttributeTwice) {
  for (const Resource* resource : every_resource()) {
    std::set<std::string_view> names;
    for (const Attribute& attribute : resource->attributes) EXPECT_TRUE(names.insert(attribute.name).second);
  }
}

TEST(Catalogue, FindsAttributesAndRuleTypesByName) {
  EXPECT_EQ(policy_resource().find("shared")->kind, Kind::boolean);
  EXPECT_EQ(policy_resource().find("colour"), nullptr);
  EXPECT_EQ(find_rule_type("dscp_marking")->resource.collection, "dscp_marking_rules");
  EXPECT_EQ(find_rule_type("dscp"), nullptr);
}

TEST(Catalogue, HasADirectionExactlyWhereARuleTypeIsDirected) {
  for (const RuleType& type : rule_types()) EXPECT_EQ(type.resource.find("direction") != nullptr, type.directed);
  EXPECT_FALSE(find_rule_type("dscp_marking")->directed);
}

TEST(Catalogue, CopiesOnlyNameDescriptionAndSharedOfAPolicy) {
  std::set<std::string_view> copied;
  for (const Attribute& attribute : policy_resource().attributes) {
    if (attribute.can & kCopied) copied.insert(attribute.name);
  }
  EXPECT_THAT(copied, testing::ElementsAre("description", "name", "shared"));
}

TEST(Catalogue, CopiesEveryAttributeOfARule) {
  for (const RuleType& type : rule_types()) {
    for (const Attribute& attribute : type.resource.attributes) EXPECT_TRUE(attribute.can & kCopied);
  }
}

TEST(Catalogue, BringsEachRuleTypeByAListedExtension) {
  for (const RuleType& type : rule_types()) {
    EXPECT_TRUE(std::any_of(extensions().begin(), extensions().end(), [&](const Extension& extension) {
      return extension.alias == type.extension;
    })) << type.type;
  }
}

TEST(Catalogue, ListsEachExtensionOnceWithATime) {
  std::set<std::string_view> aliases;
  for (const Extension& extension : extensions()) {
    EXPECT_TRUE(aliases.insert(extension.alias).second) << extension.alias;
    EXPECT_TRUE(std::regex_match(std::string(extension.updated),
                                 std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[-+]\\d\\d:\\d\\d")))
        << extension.alias;
  }
}

}  // namespace
}  // namespace tricircle::domain
