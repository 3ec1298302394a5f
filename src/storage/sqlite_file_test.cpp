// One SQLite file and several who use it: databases side by side, other processes, processes that are killed.
#include "storage/sqlite_connection.hpp"
#include "storage/test_store.hpp"

#include <csignal>
#include <future>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace tricircle::storage {
namespace {

void make_counter(Database& store) {
  store.write([](Connection& db) {
    db.execute("CREATE TABLE counter (number BIGINT NOT NULL)");
    db.execute("INSERT INTO counter (number) VALUES (0)");
  });
}

void count_up(Database& store) {
  store.write([](Connection& db) {
    const std::int64_t number = db.execute("SELECT number FROM counter").front().integer("number");
    db.execute("UPDATE counter SET number = ?", {number + 1});
  });
}

constexpr char kNumber[] = "SELECT number AS n FROM counter";

// A child process and a pipe on which it says how far it is. Made before the test has any thread.
class Child {
 public:
  explicit Child(const std::function<void(const std::function<void()>& tell)>& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      int code = 0;
      try {
        work([&] { code |= ::write(ends[1], "+", 1) == 1 ? 0 : 2; });
      } catch (...) {
        code = 1;
      }
      ::_exit(code);
    }
    ::close(ends[1]);
    told_ = ends[0];
  }
  ~Child() {
    if (pid_ > 0) kill_it();
    ::close(told_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool wait_told() {
    char byte = 0;
    return ::read(told_, &byte, 1) == 1;
  }
  void kill_it() {
    ::kill(pid_, SIGKILL);
    end();
  }
  int end() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int told_ = -1;
};

TEST(SqliteFile, TwoDatabasesOnOneFileLoseNothing) {
  const TestFolder folder;
  const auto one = open_sqlite(folder.file());
  const auto other = open_sqlite(folder.file());
  make_counter(*one);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) count_up(t % 2 == 0 ? *one : *other);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number_of(*one, kNumber), 200);
  EXPECT_EQ(number_of(*other, kNumber), 200);
}

TEST(SqliteFile, WhoWritesWithoutEndLeavesTheOtherItsTurns) {
  const TestFolder folder;
  const auto greedy = open_sqlite(folder.file());
  const auto modest = open_sqlite(folder.file());
  make_counter(*greedy);
  std::atomic<bool> done = false;
  std::atomic<int> greedy_writes = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (; !done; ++greedy_writes) count_up(*greedy);
    });
  }
  for (int i = 0; i < 50; ++i) count_up(*modest);
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number_of(*modest, kNumber), 50 + greedy_writes);
}

TEST(SqliteFile, ADatabaseSeesWhatAnotherHasWritten) {
  const TestFolder folder;
  const auto one = open_sqlite(folder.file());
  const auto other = open_sqlite(folder.file());
  make_counter(*one);
  for (int i = 1; i <= 10; ++i) {
    count_up(i % 2 == 0 ? *one : *other);
    EXPECT_EQ(number_of(i % 2 == 0 ? *other : *one, kNumber), i);
  }
}

// The log is written anew from its beginning now and then, by whoever has brought it home.
void bring_home(const TestFolder& folder) {
  SqliteConnection(folder.file().string()).execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

TEST(SqliteFile, TheStampIsAnotherAfterEachCommitOfWhoeverItIs) {
  const TestFolder folder;
  const auto one = open_sqlite(folder.file());
  const auto other = open_sqlite(folder.file());
  make_counter(*one);
  std::set<std::int64_t> stamps{one->stamp().value()};
  for (int i = 1; i <= 300; ++i) {
    count_up(i % 2 == 0 ? *one : *other);
    EXPECT_TRUE(stamps.insert(one->stamp().value()).second) << "after commit " << i;
    if (i % 50 == 0) bring_home(folder);
  }
}

TEST(SqliteFile, TheStampStandsWhileNothingIsCommitted) {
  const TestFolder folder;
  const auto store = open_sqlite(folder.file());
  make_counter(*store);
  const std::int64_t stamp = store->stamp().value();
  number_of(*store, kNumber);
  EXPECT_ANY_THROW(store->write([](Connection& db) {
    db.execute("UPDATE counter SET number = 7");
    throw std::runtime_error("thought better of");
  }));
  EXPECT_EQ(store->stamp(), stamp);
}

TEST(SqliteFile, WhatIsReadWhileTheStampStandsIsWhatIsThere) {
  const TestFolder folder;
  const auto writing = open_sqlite(folder.file());
  const auto reading = open_sqlite(folder.file());
  make_counter(*writing);
  std::atomic<std::int64_t> acknowledged = 0;
  std::thread writer([&] {
    for (int i = 1; i <= 500; ++i) {
      count_up(*writing);
      acknowledged = i;
    }
  });
  std::int64_t kept_at = -1;
  std::int64_t kept = 0;
  while (acknowledged < 500) {
    const std::int64_t least = acknowledged;
    const std::int64_t stamp = reading->stamp().value();
    if (stamp != kept_at) {
      kept_at = stamp;
      kept = number_of(*reading, kNumber);
    }
    ASSERT_GE(kept, least);
  }
  writer.join();
}

TEST(SqliteFile, SeveralOpenANewFileAtOnce) {
  for (int round = 0; round < 10; ++round) {
    const TestFolder folder;
    std::vector<std::future<std::unique_ptr<Database>>> opened;
    for (int i = 0; i < 6; ++i)
      opened.push_back(std::async(std::launch::async, [&] { return open_sqlite(folder.file(), 2); }));
    for (auto& one : opened) EXPECT_NO_THROW(one.get());
  }
}

TEST(SqliteFile, TheConfigurationsUrlNamesAnAbsoluteFile) {
  const TestFolder folder;
  make_counter(*open_database("sqlite:///" + folder.file().string()));
  EXPECT_EQ(number_of(*open_sqlite(folder.file()), kNumber), 0);
  EXPECT_THROW(open_database("sqlite:///relative.db"), std::runtime_error);
  EXPECT_THROW(open_database("postgresql://host/name"), std::runtime_error);
  EXPECT_THROW(open_sqlite(folder.path() / "no such folder" / "store.db"), DbError);
}

TEST(SqliteFile, AnotherProcessAndThisOneLoseNothing) {
  const TestFolder folder;
  make_counter(*open_sqlite(folder.file()));
  Child child([&](const auto& tell) {
    const auto store = open_sqlite(folder.file());
    tell();
    for (int i = 0; i < 100; ++i) count_up(*store);
  });
  ASSERT_TRUE(child.wait_told());
  const auto store = open_sqlite(folder.file());
  for (int i = 0; i < 100; ++i) count_up(*store);
  EXPECT_EQ(child.end(), 0);
  EXPECT_EQ(number_of(*store, kNumber), 200);
}

TEST(SqliteFile, TheStampIsAnotherAfterACommitOfAnotherProcess) {
  const TestFolder folder;
  make_counter(*open_sqlite(folder.file()));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Child child([&](const auto& tell) {
    const auto store = open_sqlite(folder.file());
    for (char byte = 0; ::read(ends[0], &byte, 1) == 1 && byte == '+';) {
      count_up(*store);
      tell();
    }
  });
  const auto store = open_sqlite(folder.file());
  for (int i = 0; i < 100; ++i) {
    const std::int64_t before = store->stamp().value();
    ASSERT_EQ(store->stamp(), before);
    ASSERT_EQ(::write(ends[1], "+", 1), 1);
    ASSERT_TRUE(child.wait_told());
    ASSERT_NE(store->stamp(), before);
  }
  ASSERT_EQ(::write(ends[1], ".", 1), 1);
  EXPECT_EQ(child.end(), 0);
}

TEST(SqliteFile, AWriterKilledInsideItsTransactionLeavesNothingAndHoldsUpNobody) {
  const TestFolder folder;
  make_counter(*open_sqlite(folder.file()));
  Child child([&](const auto& tell) {
    const auto store = open_sqlite(folder.file());
    store->write([&](Connection& db) {
      db.execute("UPDATE counter SET number = 1000");
      tell();
      for (;;) ::pause();
    });
  });
  ASSERT_TRUE(child.wait_told());
  const auto store = open_sqlite(folder.file());
  EXPECT_EQ(number_of(*store, kNumber), 0);  // a reader waits for no writer
  auto waiting = std::async(std::launch::async, [&] { count_up(*store); });
  child.kill_it();
  waiting.get();
  EXPECT_EQ(number_of(*store, kNumber), 1);
}

TEST(SqliteFile, WhatAKilledWriterWasToldIsThere) {
  const TestFolder folder;
  make_counter(*open_sqlite(folder.file()));
  Child child([&](const auto& tell) {
    const auto store = open_sqlite(folder.file());
    for (;;) {
      count_up(*store);
      tell();
    }
  });
  int told = 0;
  for (; told < 50; ++told) ASSERT_TRUE(child.wait_told());
  child.kill_it();
  while (child.wait_told()) ++told;
  const std::int64_t number = number_of(*open_sqlite(folder.file()), kNumber);
  EXPECT_GE(number, told);
  EXPECT_LE(number, told + 1);
}

}  // namespace
}  // namespace tricircle::storage
