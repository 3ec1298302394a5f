#include "storage/group_writer.hpp"

#include "base/metrics.hpp"
#include "storage/sqlite_connection.hpp"
#include "storage/test_store.hpp"

#include <future>
#include <latch>

#include <gtest/gtest.h>

namespace tricircle::storage {
namespace {

using Clock = std::chrono::steady_clock;

// A real connection, and somebody who looks on when it commits.
class Watched final : public Connection {
 public:
  Watched(const std::filesystem::path& file, std::function<void()> before_commit)
      : real_(file.string()), before_commit_(std::move(before_commit)) {}
  Dialect dialect() const override { return real_.dialect(); }
  bool in_transaction() const override { return real_.in_transaction(); }
  using Connection::execute;
  Result execute(std::string_view sql, std::span<const Value> parameters) override {
    if (sql == "COMMIT") before_commit_();
    return real_.execute(sql, parameters);
  }

 private:
  SqliteConnection real_;
  std::function<void()> before_commit_;
};

class GroupWriterTest : public testing::Test {
 protected:
  GroupWriterTest() {
    SqliteConnection connection(folder_.file().string());
    connection.enter_wal_mode();
    connection.execute("CREATE TABLE things (id VARCHAR(36) NOT NULL PRIMARY KEY)");
  }

  std::unique_ptr<GroupWriter> writer(std::function<void()> before_commit = [] {}) {
    return std::make_unique<GroupWriter>(std::make_unique<Watched>(folder_.file(), std::move(before_commit)),
                                         std::make_unique<FileTurns>(folder_.file()));
  }

  static void add(Connection& db, const std::string& id) { db.execute("INSERT INTO things (id) VALUES (?)", {id}); }

  std::int64_t count(const std::string& where = "1 = 1") {
    return SqliteConnection(folder_.file().string())
        .execute("SELECT count(*) AS n FROM things WHERE " + where)
        .front()
        .integer("n");
  }

  TestFolder folder_;
};

TEST_F(GroupWriterTest, ManyThreadsAtOnceNeedFewerCommitsThanWrites) {
  const auto group = writer();
  std::latch ready(17);
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    group->submit([&](Connection& db) {
      add(db, "first");
      ready.arrive_and_wait();
    });
  });
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      ready.arrive_and_wait();
      for (int i = 0; i < 10; ++i)
        group->submit([&](Connection& db) { add(db, std::to_string(t) + "-" + std::to_string(i)); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(), 161);
  EXPECT_LT(group->commits(), 161);
}

TEST_F(GroupWriterTest, OneThreadThatDoesNotWaitNeedsFewCommits) {
  constexpr int kWrites = 500;
  const auto group = writer();
  std::latch told(kWrites + 1);
  std::atomic<int> failed = 0;
  const auto done = [&](const std::exception_ptr& error) {
    if (error) ++failed;
    told.count_down();
  };
  std::promise<void> go;
  group->submit_later([&](Connection&) { go.get_future().wait(); }, done);  // the rest comes while this is under way
  for (int i = 0; i < kWrites; ++i) group->submit_later([i](Connection& db) { add(db, std::to_string(i)); }, done);
  go.set_value();
  told.wait();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(count(), kWrites);
  EXPECT_LE(group->commits(), 3);
}

TEST_F(GroupWriterTest, NobodyIsAnsweredBeforeTheCommitThatHoldsItsChanges) {
  std::atomic<int> answered = 0;
  std::atomic<int> too_early = 0;
  int ran = 0;        // of the writer's thread
  int committed = 0;  // likewise
  const auto group = writer([&] {
    if (answered > committed) ++too_early;
    committed = ran;
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        group->submit([&](Connection& db) {
          add(db, std::to_string(t) + "-" + std::to_string(i));
          ++ran;
        });
        ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(too_early, 0);
  EXPECT_EQ(answered, 160);
  EXPECT_EQ(count(), 160);
}

// Groups form by chance: rounds of writers go on until one commit has held both a failing and a good member.
TEST_F(GroupWriterTest, EachFailingMemberOfAGroupIsUndoneAlone) {
  int failing = 0;  // members of the transaction under way; of the writer's thread
  int good = 0;
  std::atomic<bool> mixed = false;
  const auto group = writer([&] {
    if (failing > 0 && good > 0) mixed = true;
    failing = good = 0;
  });
  std::atomic<int> written = 0;
  std::atomic<int> refused = 0;
  const auto until = Clock::now() + std::chrono::seconds(20);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; (i < 10 || !mixed) && Clock::now() < until; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        const bool fails = (i + t) % 2 == 0;
        try {
          group->submit([&](Connection& db) {
            add(db, (fails ? "bad" : "good") + id);
            ++(fails ? failing : good);
            if (fails) throw std::domain_error(id);
          });
          ++written;
        } catch (const std::domain_error& error) {
          if (error.what() == id) ++refused;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(mixed);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(count("id LIKE 'bad%'"), 0);
  EXPECT_EQ(count("id LIKE 'good%'"), written);
}

TEST_F(GroupWriterTest, AMemberThatTakesTheWholeTransactionWithItTakesNoOthersChanges) {
  const auto group = writer();
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::vector<std::thread> threads;
  std::atomic<int> refused = 0;
  threads.emplace_back([&] { group->submit([&](Connection&) { gone.wait(); }); });
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      try {
        group->submit([&](Connection& db) {
          add(db, std::to_string(t));
          if (t % 4 == 0) db.execute("ROLLBACK");  // as SQLite itself does when the disk is full
        });
      } catch (const DbError&) {
        ++refused;
      }
    });
  }
  go.set_value();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(count(), 6);
}

TEST_F(GroupWriterTest, AFullDiskUndoesTheWriteThatMetItAndLeavesRoomForTheNext) {
  const auto group = writer();
  group->submit([](Connection& db) {
    const std::int64_t pages = db.execute("PRAGMA page_count").front().integer("page_count");
    db.execute("PRAGMA max_page_count = " + std::to_string(pages + 4));
  });
  const auto flood = [](Connection& db) {
    for (int i = 0; i < 5000; ++i) add(db, "flood " + std::to_string(i));
  };
  EXPECT_THROW(group->submit(flood), DbError);
  group->submit([](Connection& db) { add(db, "next"); });
  EXPECT_EQ(count(), 1);
}

TEST_F(GroupWriterTest, BusyRunsTheWholeFunctionAgain) {
  const auto group = writer();
  const std::string told = base::metrics().text();
  int runs = 0;
  group->submit([&](Connection& db) {
    add(db, "once");
    if (++runs < 3) throw Busy("another node was first");
  });
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(count(), 1);
  const auto retries = [](const std::string& text) {
    const std::size_t at = text.find("\ntricircle_store_retries_total ");
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + 31));
  };
  EXPECT_EQ(retries(base::metrics().text()), retries(told) + 2);
}

TEST_F(GroupWriterTest, BusyThatNeverEndsIsThrownInTheEnd) {
  const auto group = writer();
  EXPECT_THROW(group->submit([](Connection&) { throw Busy("for ever"); }), Busy);
  group->submit([](Connection& db) { add(db, "next"); });
  EXPECT_EQ(count(), 1);
}

TEST_F(GroupWriterTest, AWriteInsideAWriteIsRefusedRatherThanWaitedForForEver) {
  const auto group = writer();
  EXPECT_THROW(group->submit([&](Connection&) { group->submit([](Connection&) {}); }), std::logic_error);
}

}  // namespace
}  // namespace tricircle::storage
