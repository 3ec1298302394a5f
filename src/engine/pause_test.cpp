#include "engine/pause.hpp"

#include "engine/circuit.hpp"
#include "engine/test_rows.hpp"

#include <gmock/gmock.h>

namespace tricircle::engine {
namespace {

using storage::Connection;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::UnorderedElementsAre;

class PauseTest : public RowsTest {
 protected:
  PauseTest() {
    add_worker("w1");
    wake_now({"pod1", "policy", "gold"});
    wake_now({"pod1", "port", "p"});
    wake_now({"pod2", "policy", "gold"});
  }
  std::vector<std::string> found() {
    return write([&](Connection& db) {
      std::vector<std::string> names;
      for (const Candidate& lane : due_lanes(db, now(), {100, 100, {}}))
        names.push_back(lane.key.pod_id + " " + lane.key.object_id);
      return names;
    });
  }
  void pause_it(const std::string& kind, const std::string& id) {
    write([&](Connection& db) { pause(db, kind, id, now()); });
  }
  bool resume_it(const std::string& kind, const std::string& id) {
    return write([&](Connection& db) { return resume(db, kind, id); });
  }
  std::optional<std::string> why(const std::string& pod) {
    return write([&](Connection& db) { return why_left_alone(db, pod, now()); });
  }
  void fail(const LaneKey& key, base::Micros not_before, RunFailed::Why how = RunFailed::Why::again) {
    const Lane held = claim_one(key);
    write([&](Connection& db) { put_back(db, held, RunFailed(how, "busy", 0, not_before), now(), options_); });
  }
  const Options options_;
  const LaneKey port_{"pod1", "port", "p"};
};

TEST_F(PauseTest, APausedPodsLanesArePassedOverAndNotTouched) {
  pause_it(kPodPause, "pod1");
  EXPECT_THAT(found(), ElementsAre("pod2 gold"));
  EXPECT_EQ(lane(port_).due_at, now());
  EXPECT_THAT(why("pod1"), Optional(std::string("it is paused by the operator")));
  EXPECT_EQ(why("pod2"), std::nullopt);
  EXPECT_TRUE(resume_it(kPodPause, "pod1"));
  EXPECT_THAT(found(), UnorderedElementsAre("pod1 gold", "pod1 p", "pod2 gold"));
  EXPECT_EQ(why("pod1"), std::nullopt);
}

TEST_F(PauseTest, APausedObjectsLanesArePassedOverInAllPods) {
  pause_it("policy", "gold");
  EXPECT_THAT(found(), ElementsAre("pod1 p"));
  EXPECT_TRUE(resume_it("policy", "gold"));
  EXPECT_EQ(found().size(), 3U);
}

TEST_F(PauseTest, ThePauseOfOneKindIsNotThatOfAnother) {
  pause_it("policy", "p");
  pause_it("policy", "pod1");
  EXPECT_EQ(found().size(), 3U);
}

TEST_F(PauseTest, PausingTwiceIsPausingOnceAndKeepsItsTime) {
  pause_it(kPodPause, "pod1");
  const base::Micros since = now();
  clock_.advance(5);
  pause_it(kPodPause, "pod1");
  const auto list = write([](Connection& db) { return pauses(db); });
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list.front().since, since);
  EXPECT_TRUE(resume_it(kPodPause, "pod1"));
  EXPECT_FALSE(resume_it(kPodPause, "pod1"));
}

TEST_F(PauseTest, APodThatAsksForItIsLeftAloneUntilItsTime) {
  const base::Micros until = now() + 5 * base::kSecond;
  fail(port_, until);
  EXPECT_THAT(found(), ElementsAre("pod2 gold")) << "the pod's other lanes wait too";
  EXPECT_THAT(why("pod1"), Optional("it asks to be left alone until " + base::iso_time(until)));
  clock_.advance(5 * base::kSecond - 1);
  EXPECT_THAT(found(), ElementsAre("pod2 gold"));
  clock_.advance(1);
  EXPECT_THAT(found(), UnorderedElementsAre("pod1 gold", "pod1 p", "pod2 gold"));
  EXPECT_EQ(why("pod1"), std::nullopt);
}

TEST_F(PauseTest, AFreshWishDoesNotOverrideWhatThePodAskedFor) {
  fail(port_, now() + 5 * base::kSecond);
  const std::string id = add({"update_port", "acme", {}, port_, 1, "", Priority::live});
  EXPECT_EQ(lane(port_).due_at, now());
  EXPECT_THAT(found(), ElementsAre("pod2 gold"));
  clock_.advance(5 * base::kSecond);
  EXPECT_EQ(found().front(), "pod1 p");
}

TEST_F(PauseTest, TheLatestTimeThatAPodNamedCounts) {
  const base::Micros until = now() + 9 * base::kSecond;
  fail(port_, until);
  write([&](Connection& db) { leave_alone(db, "pod1", now() + base::kSecond, "busy", now()); });
  EXPECT_EQ(storage::number_of(*store_, "SELECT not_before AS n FROM circuits"), until);
}

TEST_F(PauseTest, APodIsNotBelievedForLongerThanTheOperatorAllows) {
  fail(port_, now() + 2 * options_.longest_retry_after);
  EXPECT_EQ(storage::number_of(*store_, "SELECT not_before AS n FROM circuits"), now() + options_.longest_retry_after);
  clock_.advance(options_.longest_retry_after);
  EXPECT_EQ(found().size(), 3U);
}

TEST_F(PauseTest, ATimeThatIsPastChangesNothing) {
  fail(port_, now());
  EXPECT_EQ(why("pod1"), std::nullopt);
  EXPECT_LE(lane(port_).due_at.value(), now() + options_.first_backoff * 5 / 4);
}

TEST_F(PauseTest, AJobSaysWhenItIsTriedAgain) {
  const std::string id = add({"update_port", "acme", {}, port_, 1, ""});
  const base::Micros until = now() + 5 * base::kSecond;
  fail(port_, until);
  EXPECT_EQ(job(id).status, kNew);
  EXPECT_EQ(job(id).next_try_at, until);
  EXPECT_EQ(job(id).last_error, "busy");
}

TEST_F(PauseTest, APausedPodThatDoesNotAnswerIsPausedFirstOfAll) {
  fail(port_, 0, RunFailed::Why::pod_silent);
  EXPECT_THAT(why("pod1"), Optional(std::string("the pod does not answer")));
  pause_it(kPodPause, "pod1");
  EXPECT_THAT(why("pod1"), Optional(std::string("it is paused by the operator")));
}

}  // namespace
}  // namespace tricircle::engine
