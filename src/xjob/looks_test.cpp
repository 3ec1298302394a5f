#include "xjob/test_run.hpp"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace tricircle::xjob {
namespace {

// Counts the reads, and holds the first up until the test says so.
class HeldUp final : public storage::Database {
 public:
  explicit HeldUp(storage::Database& real) : real_(real) {}
  void read(const Work& work) override {
    if (reads++ == 0) may_go.get_future().wait();
    if (breaks) throw storage::ConnectionLost("away");
    real_.read(work);
  }
  void write(const Work& work) override { real_.write(work); }

  std::atomic<int> reads = 0;
  std::atomic<bool> breaks = false;
  std::promise<void> may_go;

 private:
  storage::Database& real_;
};

class LooksTest : public RunTest {
 protected:
  std::future<void> look(Looks::Look what) {
    return boost::asio::co_spawn(runtime_.io(), looks_.look(std::move(what)), boost::asio::use_future);
  }
  // All that was asked for on the io thread so far is with the looks.
  void let_go() {
    boost::asio::post(runtime_.io(), boost::asio::use_future).get();
    held_up_.may_go.set_value();
  }

  HeldUp held_up_{*store_};
  Looks looks_{runtime_, held_up_};
};

TEST_F(LooksTest, ThatComeTogetherAreOneReadAndReadAPolicyOnce) {
  add_policy("gold");
  std::future<void> first = look([](Snapshot&) {});
  std::vector<std::future<void>> others;
  std::vector<std::shared_ptr<const CentralPolicy>> seen(20);
  for (auto& one : seen) others.push_back(look([&one](Snapshot& now) { one = now.policy("gold"); }));
  let_go();
  first.get();
  for (auto& other : others) other.get();
  EXPECT_LE(held_up_.reads, 3);
  ASSERT_NE(seen[0], nullptr);
  EXPECT_EQ(seen[19]->project_id, "acme");
  EXPECT_EQ(seen[18], seen[19]);
}

TEST_F(LooksTest, SeeWhatWasWrittenBeforeTheyWereAskedFor) {
  let_go();
  look([](Snapshot&) {}).get();
  add_policy("gold");
  std::shared_ptr<const CentralPolicy> seen;
  look([&](Snapshot& now) { seen = now.policy("gold"); }).get();
  EXPECT_NE(seen, nullptr);
}

TEST_F(LooksTest, ThatThrowSpoilNoOthers) {
  std::future<void> first = look([](Snapshot&) {});
  std::future<void> bad = look([](Snapshot&) { throw std::out_of_range("no such column"); });
  bool seen = false;
  std::future<void> good = look([&](Snapshot&) { seen = true; });
  let_go();
  EXPECT_THROW(bad.get(), std::out_of_range);
  EXPECT_NO_THROW(good.get());
  EXPECT_TRUE(seen);
  first.get();
}

TEST_F(LooksTest, AreAllToldThatTheStoreIsAway) {
  held_up_.breaks = true;
  std::future<void> first = look([](Snapshot&) {});
  std::future<void> second = look([](Snapshot&) {});
  let_go();
  EXPECT_THROW(first.get(), storage::DbError);
  EXPECT_THROW(second.get(), storage::DbError);
  held_up_.breaks = false;
  EXPECT_NO_THROW(look([](Snapshot&) {}).get());
}

}  // namespace
}  // namespace tricircle::xjob
