#include "engine/hints.hpp"

#include "storage/test_store.hpp"

#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace tricircle::engine {
namespace {

namespace fs = std::filesystem;

class Ear {
 public:
  void heard() {
    {
      const std::lock_guard guard(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  bool wait_for(int count) {
    std::unique_lock guard(mutex_);
    return changed_.wait_for(guard, std::chrono::seconds(10), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class HintsTest : public testing::Test {
 protected:
  HintsTest() { runtime_.start(); }
  ~HintsTest() override { runtime_.stop(); }
  std::size_t sockets(const fs::path& state) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(state / "hints"), fs::directory_iterator()));
  }

  storage::TestFolder folder_;
  Ear one_;
  Ear other_;
  base::Runtime runtime_{2};
};

TEST_F(HintsTest, AllWhoListenInTheFolderHearAHintTheSenderToo) {
  Hints sender(folder_.path());
  Hints listener(folder_.path());
  sender.listen(runtime_, [this] { one_.heard(); });
  listener.listen(runtime_, [this] { other_.heard(); });
  sender.send();
  EXPECT_TRUE(one_.wait_for(1));
  EXPECT_TRUE(other_.wait_for(1));
  listener.send();
  EXPECT_TRUE(one_.wait_for(2));
  EXPECT_TRUE(other_.wait_for(2));
}

TEST_F(HintsTest, WhoOnlySendsHearsNothing) {
  Hints sender(folder_.path());
  Hints listener(folder_.path());
  listener.listen(runtime_, [this] { other_.heard(); });
  EXPECT_EQ(sockets(folder_.path()), 1U);
  sender.send();
  EXPECT_TRUE(other_.wait_for(1));
}

TEST_F(HintsTest, AHintThatNobodyHearsIsNoError) {
  Hints alone(folder_.path());
  alone.send();
  EXPECT_EQ(sockets(folder_.path()), 0U);
}

TEST_F(HintsTest, AFloodOfHintsNeverBlocksAndIsHeard) {
  Hints hints(folder_.path());
  hints.listen(runtime_, [this] { one_.heard(); });
  for (int i = 0; i < 5000; ++i) hints.send();
  EXPECT_TRUE(one_.wait_for(1));
}

TEST_F(HintsTest, TheSocketOfADeadProcessIsRemovedOnTheWay) {
  Hints hints(folder_.path());
  const fs::path left = folder_.path() / "hints" / "dead.sock";
  const int file = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, left.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  hints.send();
  EXPECT_TRUE(fs::exists(left)) << "its owner lives";
  ::close(file);
  hints.send();
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(HintsTest, AFolderWithALongNameWorks) {
  const fs::path state = folder_.path() / std::string(120, 'd') / std::string(120, 'e');
  Hints hints(state);
  hints.listen(runtime_, [this] { one_.heard(); });
  hints.send();
  EXPECT_TRUE(one_.wait_for(1));
}

TEST_F(HintsTest, AnOwnerThatGoesTakesItsSocketAlongAndHearsNoMore) {
  Hints sender(folder_.path());
  for (int i = 0; i < 20; ++i) {
    Ear ear;
    Hints listener(folder_.path());
    listener.listen(runtime_, [&ear] { ear.heard(); });
    sender.send();
    EXPECT_TRUE(ear.wait_for(1));
    sender.send();  // may be on its way when both go
  }
  EXPECT_EQ(sockets(folder_.path()), 0U);
}

}  // namespace
}  // namespace tricircle::engine
