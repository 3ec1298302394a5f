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

// As a program one schema ahead leaves it.
int upgrade_beyond(Database& store, std::int64_t works_from) {
  const std::int64_t newer = known_schema_version() + 1;
  store.write([&](Connection& db) {
    insert(db, "schema_version",
           {{"version", newer}, {"name", "later"}, {"applied_at", std::int64_t{1}}, {"works_from", works_from}});
  });
  return static_cast<int>(newer);
}

TEST_P(MigrationsTest, AStoreThatIsTooNewIsRefusedInWordsAndLeftAlone) {
  upgrade(*store_);
  const int newer = upgrade_beyond(*store_, known_schema_version() + 1);
  try {
    upgrade(*store_);
    FAIL() << "the newer store was taken";
  } catch (const DbError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("run a newer program"));
  }
  EXPECT_THROW(store_->read([](Connection& db) { refuse_unfit(db); }), DbError);
  EXPECT_EQ(schema_version(*store_), newer);
}

TEST_P(MigrationsTest, AStoreOfWhichANewerProgramSaysThatThisOneMayGoOnIsUsed) {
  upgrade(*store_);
  const int newer = upgrade_beyond(*store_, known_schema_version());
  upgrade(*store_);
  EXPECT_NO_THROW(store_->read([](Connection& db) { refuse_unfit(db); }));
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

// The tables of an old store, as far as `version`.
void upgrade_to(Database& store, int version) {
  for (const Migration& migration : migrations()) {
    if (migration.version <= version) store.write([&](Connection& db) { apply(db, migration); });
  }
}

TEST(Migrations, LanesAndJobsKeepWhatTheyAreWhenTheyGetNumbers) {
  const auto store = open_sqlite_in_memory();
  upgrade_to(*store, 6);
  store->write([](Connection& db) {
    db.execute(
        "INSERT INTO lanes (pod_id, kind, object_id, due_at, priority, attempts, uncertain_until, worker, number, "
        "touched) VALUES ('pod', 'port', 'p', 5, 0, 3, 7, 'w', 99, 4)");
    for (const char* id : {"open", "ended"})
      db.execute(
          "INSERT INTO jobs (id, type, project_id, resource, status, pod_id, kind, object_id, wanted, last_error, "
          "created_at, updated_at) VALUES (?, 'update_port', 'acme', '{}', 'NEW', 'pod', 'port', 'p', 2, 'words', 1, "
          "1)",
          {id});
    db.execute("UPDATE jobs SET status = 'FAIL', finished_at = 6, object_id = 'gone' WHERE id = 'ended'");
  });
  upgrade(*store);
  EXPECT_EQ(number_of(*store,
                      "SELECT count(*) AS n FROM lanes WHERE pod_id = 'pod' AND kind = 'port' AND object_id = 'p' AND "
                      "due_at = 5 AND priority = 0 AND attempts = 3 AND uncertain_until = 7 AND worker = 'w' AND "
                      "number = 99 AND touched = 4"),
            1);
  EXPECT_EQ(number_of(*store,
                      "SELECT count(*) AS n FROM jobs JOIN lanes ON lanes.id = jobs.lane_id WHERE jobs.id = 'open' AND "
                      "status = 'NEW' AND wanted = 2 AND finished_at IS NULL AND last_error = 'words'"),
            1);
  EXPECT_EQ(number_of(*store, "SELECT count(*) AS n FROM jobs WHERE id = 'ended' AND lane_id = 0 AND finished_at = 6"),
            1);
}

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
