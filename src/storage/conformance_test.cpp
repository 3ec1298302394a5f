// What every store must do, whatever database is behind it.
#include "storage/sql.hpp"
#include "storage/test_store.hpp"

#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tricircle::storage {
namespace {

class StoreTest : public testing::TestWithParam<StoreKind> {
 protected:
  StoreTest() : store_(GetParam().open(folder_)) {
    store_->write([](Connection& db) {
      db.execute(
          "CREATE TABLE things (id VARCHAR(36) NOT NULL PRIMARY KEY, number BIGINT, words TEXT, met BIGINT NOT NULL "
          "DEFAULT 0)");
      db.execute(
          "CREATE TABLE parts (id VARCHAR(36) NOT NULL PRIMARY KEY, thing_id VARCHAR(36) NOT NULL, "
          "FOREIGN KEY (thing_id) REFERENCES things (id))");
    });
  }

  void add(const std::string& id) {
    store_->write([&](Connection& db) { insert(db, "things", {{"id", id}}); });
  }

  std::vector<std::string> ids() {
    std::vector<std::string> ids;
    store_->read([&](Connection& db) {
      const auto found = db.execute("SELECT id FROM things ORDER BY id");
      for (const Row& row : found.rows()) ids.push_back(row.text("id"));
    });
    return ids;
  }

  TestFolder folder_;
  std::unique_ptr<Database> store_;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(StoreTest, AReadSeesEveryWriteThatHasReturned) {
  for (int i = 0; i < 20; ++i) {
    add("thing " + std::to_string(i));
    EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM things"), i + 1);
  }
}

TEST_P(StoreTest, ThreadsSeeTheirOwnWritesAtOnce) {
  std::atomic<int> unseen = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        add(id);
        store_->read([&](Connection& db) {
          if (db.execute("SELECT id FROM things WHERE id = ?", {id}).empty()) ++unseen;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(unseen, 0);
  EXPECT_EQ(ids().size(), 40U);
}

TEST_P(StoreTest, WhoDoesNotWaitIsToldAfterTheCommitOnce) {
  constexpr int kWrites = 100;
  std::atomic<int> unseen = 0;
  std::atomic<int> refused = 0;
  std::latch told(kWrites);
  for (int i = 0; i < kWrites; ++i) {
    const bool fails = i % 10 == 0;
    const std::string id = "thing " + std::to_string(i);
    store_->write_later(
        [id, fails](Connection& db) {
          insert(db, "things", {{"id", id}});
          if (fails) throw std::domain_error(id);
        },
        [&, fails](const std::exception_ptr& error) {
          if (error) ++refused;
          if (static_cast<bool>(error) != fails) ++unseen;
          told.count_down();
        });
  }
  told.wait();
  EXPECT_EQ(unseen, 0);
  EXPECT_EQ(refused, kWrites / 10);
  EXPECT_EQ(ids().size(), static_cast<std::size_t>(kWrites - kWrites / 10));
}

TEST_P(StoreTest, AnExceptionUndoesItsOwnChangesAloneAndPassesThrough) {
  add("before");
  const auto failing = [](Connection& db) {
    insert(db, "things", {{"id", "undone"}});
    db.execute("DELETE FROM things WHERE id = 'before'");
    throw std::domain_error("words");
  };
  EXPECT_THROW(store_->write(failing), std::domain_error);
  add("after");
  EXPECT_THAT(ids(), ElementsAre("after", "before"));
}

TEST_P(StoreTest, AnExceptionOfAReadPassesThroughAndTheStoreGoesOn) {
  for (int i = 0; i < 10; ++i)
    EXPECT_THROW(store_->read([](Connection&) { throw std::domain_error("words"); }), std::domain_error);
  EXPECT_THAT(ids(), IsEmpty());
}

TEST_P(StoreTest, AUniqueViolationIsTypedAndLeavesTheTransactionUsable) {
  add("a");
  store_->write([](Connection& db) {
    insert(db, "things", {{"id", "b"}});
    EXPECT_THROW(insert(db, "things", {{"id", "a"}}), UniqueViolation);
    insert(db, "things", {{"id", "c"}});
  });
  EXPECT_THAT(ids(), ElementsAre("a", "b", "c"));
}

TEST_P(StoreTest, AForeignKeyViolationIsTypedAndLeavesTheTransactionUsable) {
  add("a");
  store_->write([](Connection& db) {
    insert(db, "parts", {{"id", "p"}, {"thing_id", "a"}});
    EXPECT_THROW(insert(db, "parts", {{"id", "q"}, {"thing_id", "nothing"}}), ForeignKeyViolation);
    EXPECT_THROW(db.execute("DELETE FROM things WHERE id = 'a'"), ForeignKeyViolation);
    insert(db, "things", {{"id", "b"}});
  });
  EXPECT_THAT(ids(), ElementsAre("a", "b"));
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM parts"), 1);
}

TEST_P(StoreTest, AViolationThatLeavesTheFunctionUndoesAllOfIt) {
  add("a");
  const auto failing = [](Connection& db) {
    insert(db, "things", {{"id", "b"}});
    insert(db, "things", {{"id", "a"}});
  };
  EXPECT_THROW(store_->write(failing), UniqueViolation);
  EXPECT_THAT(ids(), ElementsAre("a"));
}

TEST_P(StoreTest, NullNumbersAndTextsComeBackAsTheyWere) {
  const std::string odd = "quote ' \" back \\ ? % _ tab \t line \n \xc3\xa9 \xf0\x9f\x8c\xb3";
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  store_->write([&](Connection& db) {
    insert(db, "things", {{"id", "odd"}, {"number", least}, {"words", odd}});
    insert(db, "things", {{"id", "empty"}, {"number", most}, {"words", ""}});
    insert(db, "things", {{"id", "null"}, {"number", Value{}}, {"words", Value{}}});
    insert(db, "things", {{"id", "digits"}, {"number", std::int64_t{0}}, {"words", "007"}});
  });
  store_->read([&](Connection& db) {
    const auto found = db.execute("SELECT id, number, words FROM things ORDER BY id");
    ASSERT_EQ(found.rows().size(), 4U);
    EXPECT_THAT(found.columns(), ElementsAre("id", "number", "words"));
    EXPECT_EQ(found.rows()[0].value("words"), Value{"007"});
    EXPECT_EQ(found.rows()[0].value("number"), Value{std::int64_t{0}});
    EXPECT_EQ(found.rows()[1].value("words"), Value{""});
    EXPECT_EQ(found.rows()[1].value("number"), Value{most});
    EXPECT_TRUE(found.rows()[2].is_null("words"));
    EXPECT_EQ(found.rows()[2].optional_integer("number"), std::nullopt);
    EXPECT_EQ(found.rows()[3].value("words"), Value{odd});
    EXPECT_EQ(found.rows()[3].value("number"), Value{least});
  });
}

TEST_P(StoreTest, TextsDifferByCaseAndByBlanksAtTheirEnd) {
  add("a");
  add("A");
  add("a ");
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM things WHERE id = 'a'"), 1);
}

TEST_P(StoreTest, InsertIfAbsentSaysWhoWasFirst) {
  store_->write([](Connection& db) {
    EXPECT_TRUE(insert_if_absent(db, "things", {{"id", "a"}, {"words", "first"}}));
    EXPECT_FALSE(insert_if_absent(db, "things", {{"id", "a"}, {"words", "second"}}));
  });
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM things WHERE words = 'first'"), 1);
  EXPECT_EQ(number_of(*store_, "SELECT count(*) AS n FROM things"), 1);
}

TEST_P(StoreTest, InsertIfAbsentForgivesNothingButTheKey) {
  const auto orphan = [](Connection& db) { insert_if_absent(db, "parts", {{"id", "p"}, {"thing_id", "nothing"}}); };
  EXPECT_THROW(store_->write(orphan), ForeignKeyViolation);
  const auto null = [](Connection& db) { insert_if_absent(db, "parts", {{"id", "p"}, {"thing_id", Value{}}}); };
  EXPECT_THROW(store_->write(null), DbError);
}

TEST_P(StoreTest, AffectedCountsTheRowsThatMatchedEvenWhenNothingChanged) {
  add("a");
  add("b");
  store_->write([](Connection& db) {
    EXPECT_EQ(db.execute("UPDATE things SET number = 1").affected(), 2);
    EXPECT_EQ(db.execute("UPDATE things SET number = 1").affected(), 2);
    EXPECT_EQ(db.execute("UPDATE things SET number = 2 WHERE id = 'z'").affected(), 0);
    EXPECT_EQ(db.execute("SELECT id FROM things").affected(), 0);
    EXPECT_EQ(db.execute("DELETE FROM things WHERE id = 'a'").affected(), 1);
  });
}

TEST_P(StoreTest, AReadIsOneSnapshot) {
  add("a");
  // A store with one connection lets the write wait until the read has ended; then there is nothing to see either.
  std::thread writer;
  store_->read([&](Connection& db) {
    const auto count = [&] { return db.execute("SELECT count(*) AS n FROM things").front().integer("n"); };
    const std::int64_t first = count();
    std::atomic<bool> begun = false;
    writer = std::thread([&] {
      begun = true;
      begun.notify_all();
      add("b");
    });
    begun.wait(false);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(count(), first);
  });
  writer.join();
  EXPECT_THAT(ids(), ElementsAre("a", "b"));
}

// Two that read and then write could both have read before either wrote: who writes first what they meet on can not.
TEST_P(StoreTest, WhoWritesTheRowTheyMeetOnBeforeReadingLosesNothing) {
  add("counter");
  store_->write([](Connection& db) { db.execute("UPDATE things SET number = 0"); });
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        store_->write([](Connection& db) {
          db.execute("UPDATE things SET met = met + 1");
          const std::int64_t number = db.execute("SELECT number FROM things").front().integer("number");
          db.execute("UPDATE things SET number = ?", {number + 1});
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number_of(*store_, "SELECT number AS n FROM things"), 200);
}

TEST_P(StoreTest, MistakesInSqlAreSaidAndLeaveTheStoreUsable) {
  EXPECT_THROW(store_->write([](Connection& db) { db.execute("SELEKT 1"); }), DbError);
  EXPECT_THROW(store_->write([](Connection& db) { db.execute("SELECT ? AS a", {}); }), std::logic_error);
  store_->read([](Connection& db) {
    const auto found = db.execute("SELECT 1 AS one");
    EXPECT_THROW(found.front().integer("two"), std::out_of_range);
  });
  EXPECT_THROW(quoted("a\"b"), std::logic_error);
  add("a");
  EXPECT_THAT(ids(), ElementsAre("a"));
}

TEST_P(StoreTest, MoreDifferentStatementsThanAreKeptStillRun) {
  for (int i = 0; i < 1200; ++i) ASSERT_EQ(number_of(*store_, "SELECT " + std::to_string(i) + " AS n"), i);
}

INSTANTIATE_TEST_SUITE_P(Every, StoreTest, testing::ValuesIn(every_kind_of_store()),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace tricircle::storage
