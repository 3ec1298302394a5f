// What only a MariaDB does, and the store must make good: transactions that go, connections that go. Skipped where
// TRICIRCLE_TEST_MARIADB names no server.
#include "storage/mariadb_errors.hpp"
#include "storage/test_mariadb.hpp"
#include "storage/test_tcp_relay.hpp"

#include <gtest/gtest.h>

namespace tricircle::storage {
namespace {

class MariadbTest : public testing::Test {
 protected:
  void SetUp() override {
    if (test_mariadb_url().empty()) GTEST_SKIP() << "TRICIRCLE_TEST_MARIADB names no server";
    store_ = std::make_unique<TestMariadb>(TestMariadb::Tables::none);
    store_->write([](Connection& db) {
      db.execute("CREATE TABLE things (id VARCHAR(36) NOT NULL PRIMARY KEY, number BIGINT NOT NULL)");
    });
    store_->write([](Connection& db) { db.execute("INSERT INTO things (id, number) VALUES ('a', 0), ('b', 0)"); });
  }

  std::int64_t sum() {
    std::int64_t sum = 0;
    store_->read([&](Connection& db) { sum = db.execute("SELECT sum(number) AS n FROM things").front().integer("n"); });
    return sum;
  }

  // One write, whose connection is cut at its COMMIT.
  void write_and_cut(TcpRelay::Cut cut) {
    MariadbPlace place = store_->place();
    TcpRelay relay(place.hosts.at(0), cut);
    place.hosts = {relay.host(), place.hosts.at(0)};
    MariadbDatabase behind(place);
    behind.write([](Connection&) {});
    relay.arm();
    behind.write([](Connection& db) { add_one(db, "a"); });
    EXPECT_EQ(relay.cuts(), 1);
  }

  static void add_one(Connection& db, const std::string& id) {
    db.execute("UPDATE things SET number = number + 1 WHERE id = ?", {id});
  }

  std::unique_ptr<TestMariadb> store_;
};

// Each locks a row and wants the other's; the one that is beaten catches the error and goes on as if nothing were.
TEST_F(MariadbTest, WhoSwallowsADeadlockIsRunAgainAndLosesNothing) {
  std::atomic<int> runs = 0;
  std::atomic<int> holding = 0;
  const auto both = [&](const std::string& first, const std::string& second) {
    store_->write([&](Connection& db) {
      ++runs;
      add_one(db, first);
      ++holding;
      while (holding < 2) std::this_thread::yield();
      try {
        add_one(db, second);
      } catch (const Busy&) {
        EXPECT_THROW(db.execute("SELECT 1 AS n"), Busy);
        EXPECT_FALSE(db.in_transaction());
      }
    });
  };
  std::thread other([&] { both("b", "a"); });
  both("a", "b");
  other.join();
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(sum(), 4);
}

TEST_F(MariadbTest, WhatIsThrownOverALostTransactionIsNotBelieved) {
  int runs = 0;
  store_->write([&](Connection& db) {
    add_one(db, "a");
    if (++runs > 1) return;
    const std::int64_t me = db.execute("SELECT connection_id() AS n").front().integer("n");
    MariadbConnection(store_->place(), 0, Isolation::read_committed).execute("KILL " + std::to_string(me));
    try {
      db.execute("SELECT 1 AS n");
    } catch (const DbError&) {
      throw std::domain_error("there is no such thing");
    }
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(sum(), 1);
}

TEST_F(MariadbTest, ACommitOfUnknownEndThatHappenedIsNotDoneAgain) {
  write_and_cut(TcpRelay::Cut::answer_of_commit);
  EXPECT_EQ(sum(), 1);
}

TEST_F(MariadbTest, ACommitOfUnknownEndThatDidNotHappenIsDoneOnce) {
  write_and_cut(TcpRelay::Cut::commit);
  EXPECT_EQ(sum(), 1);
}

TEST_F(MariadbTest, AHostThatIsNotThereIsPassedOver) {
  MariadbPlace place = store_->place();
  place.hosts.insert(place.hosts.begin(), MariadbPlace::Host{"127.0.0.1", 1});
  MariadbDatabase database(place);
  database.write([](Connection& db) { add_one(db, "a"); });
  EXPECT_EQ(sum(), 1);
}

TEST_F(MariadbTest, AWrongPasswordIsSaidAtOnceAndNotRepeated) {
  MariadbPlace place = store_->place();
  place.password = "s3cret";
  MariadbDatabase database(place);
  try {
    database.read([](Connection&) {});
    FAIL() << "it was let in";
  } catch (const ConnectionLost&) {
    FAIL() << "it was tried again";
  } catch (const DbError& error) {
    EXPECT_EQ(std::string(error.what()).find("s3cret"), std::string::npos);
  }
}

}  // namespace
}  // namespace tricircle::storage
