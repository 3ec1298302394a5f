#include "storage/migrations.hpp"

#include "storage/sql.hpp"
#include "storage/test_store.hpp"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tricircle::storage {
namespace {

class MigrationsTest : public testing::TestWithParam<StoreKind> {
 protected:
  MigrationsTest() : store_(GetParam().open(folder_)) {}
  TestFolder folder_;
  std::unique_ptr<Database> store_;
};

TEST_P(MigrationsTest, AnEmptyStoreIsBroughtToWhatTheBinaryKnows) {
  EXPECT_EQ(schema_version(*store_), 0);
  upgrade(*store_);
  EXPECT_EQ(schema_version(*store_), known_schema_version());
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM lanes"), 0);
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM outbox"), 0);
}

TEST_P(MigrationsTest, ASecondUpgradeChangesNothing) {
  upgrade(*store_);
  store_->write([](Connection& db) { insert(db, "workers", {{"id", "w"}, {"name", "n"}, {"beat", std::int64_t{7}}}); });
  upgrade(*store_);
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM schema_version"),
            static_cast<std::int64_t>(migrations().size()));
  EXPECT_EQ(number_of(*store_, "SELECT beat AS n FROM workers"), 7);
}

TEST_P(MigrationsTest, AStoreNewerThanTheBinaryIsRefusedInWordsAndLeftAlone) {
  upgrade(*store_);
  const std::int64_t newer = known_schema_version() + 1;
  store_->write([&](Connection& db) {
    insert(db, "schema_version", {{"version", newer}, {"name", "later"}, {"applied_at", std::int64_t{1}}});
  });
  try {
    upgrade(*store_);
    FAIL() << "the newer store was taken";
  } catch (const DbError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("newer than this program's"));
  }
  EXPECT_EQ(schema_version(*store_), newer);
}

TEST_P(MigrationsTest, SeveralUpgradesAtOnceMakeOneSchema) {
  std::vector<std::future<void>> upgrades;
  for (int i = 0; i < 6; ++i) upgrades.push_back(std::async(std::launch::async, [&] { upgrade(*store_); }));
  for (auto& one : upgrades) EXPECT_NO_THROW(one.get());
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM schema_version"),
            static_cast<std::int64_t>(migrations().size()));
}

INSTANTIATE_TEST_SUITE_P(Every, MigrationsTest, testing::ValuesIn(every_kind_of_store()),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(Migrations, SeveralProcessesStartOnOneNewFile) {
  const TestFolder folder;
  std::vector<std::future<void>> starts;
  for (int i = 0; i < 4; ++i)
    starts.push_back(std::async(std::launch::async, [&] { upgrade(*open_sqlite(folder.file(), 1)); }));
  for (auto& one : starts) EXPECT_NO_THROW(one.get());
  EXPECT_EQ(schema_version(*open_sqlite(folder.file())), known_schema_version());
}

TEST(Migrations, AreNumberedFromOneWithoutAGap) {
  int expected = 0;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.version, ++expected);
  EXPECT_EQ(known_schema_version(), expected);
}

}  // namespace
}  // namespace tricircle::storage
