#include "engine/worker.hpp"

#include "engine/test_worker.hpp"

#include <future>

namespace tricircle::engine {
namespace {

using storage::Connection;

Options quick() {
  Options options;
  options.poll = 5 * base::kMillisecond;
  options.beat = 20 * base::kMillisecond;
  options.first_backoff = 2 * base::kMillisecond;
  options.longest_backoff = 10 * base::kMillisecond;
  options.first_probe = 5 * base::kMillisecond;
  options.longest_probe = 10 * base::kMillisecond;
  return options;
}

class WorkerTest : public RowsTest {
 protected:
  WorkerTest() { runtime_.start(); }
  ~WorkerTest() override {
    gate_.open();
    worker_.reset();
    runtime_.stop();
  }

  void start(Worker::Run run, Options options = quick(), Worker::Probe probe = {}) {
    worker_ = std::make_unique<Worker>(runtime_, troubled_, system_, options, std::filesystem::path());
    if (!probe) probe = [](std::string) -> base::Awaitable<bool> { co_return true; };
    worker_->start(std::move(run), std::move(probe));
  }

  void due(const LaneKey& key) {
    write([&](Connection& db) { wake(db, key, system_.now(), Wake::fresh_wish); });
    worker_->hint();
  }
  std::string add_and_hint(const LaneKey& key, std::int64_t wanted = 1) {
    const std::string id =
        write([&](Connection& db) { return add_job(db, {"update_port", "acme", {}, key, wanted, ""}, system_.now()); });
    worker_->hint();
    return id;
  }

  // The end of a run that has applied all intents up to 9.
  base::Awaitable<void> record(Lane lane) {
    co_await runtime_.blocking([&] {
      troubled_.write([&](Connection& db) {
        finish(db, lane, std::nullopt, 0);
        close_jobs(db, lane, 9, "", system_.now());
      });
    });
    log_.note("recorded " + lane.key.object_id);
  }

  // Notes its beginning, waits at the gate, records.
  base::Awaitable<void> gated(Lane lane) {
    log_.note("begun");
    log_.note("begun " + lane.key.object_id);
    log_.note("inside " + lane.key.pod_id);
    co_await gate_.pass();
    log_.note("inside " + lane.key.pod_id, -1);
    co_await record(lane);
  }
  Worker::Run gated_run() {
    return [this](Lane lane) { return gated(std::move(lane)); };
  }

  const base::SystemClock system_;
  Troubled troubled_{*store_, runtime_};
  base::Runtime runtime_{8};
  Gate gate_{runtime_};
  Log log_;
  std::unique_ptr<Worker> worker_;
  const LaneKey a_{"pod1", "port", "a"};
  const LaneKey b_{"pod1", "port", "b"};
  const LaneKey c_{"pod2", "port", "c"};
};

TEST_F(WorkerTest, ADueLaneIsRunAndItsJobEnds) {
  gate_.open();
  start(gated_run());
  const std::string id = add_and_hint(a_);
  ASSERT_TRUE(log_.wait_for("recorded a"));
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(lane(a_).worker, "");
  EXPECT_EQ(log_.count("begun"), 1);
}

TEST_F(WorkerTest, WhatIsDueWithoutAHintIsFoundByThePoll) {
  gate_.open();
  start(gated_run());
  write([&](Connection& db) { wake(db, a_, system_.now(), Wake::fresh_wish); });
  EXPECT_TRUE(log_.wait_for("recorded a"));
}

TEST_F(WorkerTest, LanesRunSideBySide) {
  start(gated_run());
  due(a_);
  due(b_);
  due(c_);
  for (const char* lane : {"begun a", "begun b", "begun c"}) EXPECT_TRUE(log_.wait_for(lane));
  gate_.open();
  for (const char* lane : {"recorded a", "recorded b", "recorded c"}) EXPECT_TRUE(log_.wait_for(lane));
}

TEST_F(WorkerTest, ALaneHasOneRunAtATimeAndAWakeDuringItBringsAnother) {
  start(gated_run());
  due(a_);
  ASSERT_TRUE(log_.wait_for("begun a"));
  due(a_);
  due(c_);
  ASSERT_TRUE(log_.wait_for("begun c"));  // whoever took c has seen a, which was due before it
  EXPECT_EQ(log_.count("begun a"), 1);
  gate_.open();
  ASSERT_TRUE(log_.wait_for("recorded a", 2));
  EXPECT_EQ(log_.most("inside pod1"), 1);
}

TEST_F(WorkerTest, APodGetsNoMoreRunsAtATimeThanItsLimitAndHoldsUpNoOther) {
  Options options = quick();
  options.in_flight_per_pod = 2;
  start(gated_run(), options);
  write([&](Connection& db) {
    for (int i = 0; i < 6; ++i) wake(db, {"pod1", "port", "p" + std::to_string(i)}, i, Wake::fresh_wish);
    wake(db, c_, 100, Wake::fresh_wish);
  });
  worker_->hint();
  ASSERT_TRUE(log_.wait_for("begun c"));
  ASSERT_TRUE(log_.wait_for("begun", 3));
  EXPECT_EQ(log_.count("inside pod1"), 2);
  gate_.open();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(log_.wait_for("recorded p" + std::to_string(i)));
  EXPECT_EQ(log_.most("inside pod1"), 2);
}

TEST_F(WorkerTest, AProcessRunsNoMoreAtATimeThanItsLimit) {
  Options options = quick();
  options.in_flight = 3;
  start(gated_run(), options);
  write([&](Connection& db) {
    for (int i = 0; i < 9; ++i) wake(db, {"pod1", "port", "p" + std::to_string(i)}, i, Wake::fresh_wish);
  });
  worker_->hint();
  ASSERT_TRUE(log_.wait_for("begun", 3));
  gate_.open();
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(log_.wait_for("recorded p" + std::to_string(i)));
  EXPECT_LE(log_.most("inside pod1"), 3);
}

TEST_F(WorkerTest, ARunThatFailedComesAgainAndItsJobTellsOfIt) {
  start([this](Lane lane) -> base::Awaitable<void> {
    const int runs = log_.note("runs");
    if (runs == 1) throw RunFailed(RunFailed::Why::again, "quota");
    if (runs == 2) throw std::domain_error("a mistake of ours");
    co_await record(lane);
  });
  const std::string id = add_and_hint(a_);
  ASSERT_TRUE(log_.wait_for("recorded a"));
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(job(id).attempts, 3);
  EXPECT_EQ(job(id).last_error, "a mistake of ours");
  EXPECT_EQ(lane(a_).attempts, 0);
}

TEST_F(WorkerTest, ASilentPodIsLeftAloneUntilAProbeGetsAnAnswer) {
  std::atomic<bool> answers = false;
  start(
      [&](Lane lane) -> base::Awaitable<void> {
        log_.note("runs " + lane.key.object_id);
        if (lane.key.pod_id == "pod1" && !answers) throw RunFailed(RunFailed::Why::pod_silent, "no answer");
        co_await record(lane);
      },
      quick(),
      [&](std::string pod) -> base::Awaitable<bool> {
        log_.note("probe " + pod);
        co_return answers.load();
      });
  due(a_);
  ASSERT_TRUE(log_.wait_for("probe pod1", 3));
  due(b_);
  due(c_);
  ASSERT_TRUE(log_.wait_for("recorded c"));  // another pod has its turn; b was due before c
  EXPECT_EQ(log_.count("runs a"), 1);
  EXPECT_EQ(log_.count("runs b"), 0);
  answers = true;
  EXPECT_TRUE(log_.wait_for("recorded a"));
  EXPECT_TRUE(log_.wait_for("recorded b"));
  EXPECT_EQ(log_.count("probe pod2"), 0);
  worker_->stop(10);
}

TEST_F(WorkerTest, StopLetsRunsEndAndClaimsNoMore) {
  start(gated_run());
  const std::string id = add_and_hint(a_);
  ASSERT_TRUE(log_.wait_for("begun a"));
  std::future<void> stopped = std::async(std::launch::async, [&] { worker_->stop(10); });
  gate_.open();
  stopped.get();
  EXPECT_EQ(log_.count("recorded a"), 1);
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(lane(a_).uncertain_until, 0);
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM workers"), 0);
}

TEST_F(WorkerTest, WhatDoesNotEndInTimeIsGivenBackUncertainAndRecordsNothing) {
  std::promise<bool> lost;
  start([&](Lane lane) -> base::Awaitable<void> {
    log_.note("begun");
    co_await gate_.pass();
    try {
      co_await record(lane);
      lost.set_value(false);
    } catch (const LeaseLost&) {
      lost.set_value(true);
      throw;
    }
  });
  const std::string id = add_and_hint(a_);
  ASSERT_TRUE(log_.wait_for("begun"));
  worker_->stop(0);
  EXPECT_EQ(lane(a_).worker, "");
  EXPECT_NE(lane(a_).due_at, std::nullopt);
  EXPECT_NE(lane(a_).uncertain_until, 0);
  gate_.open();
  std::future<bool> answer = lost.get_future();
  ASSERT_EQ(answer.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_TRUE(answer.get());
  EXPECT_EQ(status(id), kNew);
}

TEST_F(WorkerTest, WhoDrainsBeginsNothingNewAndIsIdleWhenTheLastRunHasEnded) {
  start(gated_run());
  const std::string id = add_and_hint(a_);
  ASSERT_TRUE(log_.wait_for("begun a"));
  worker_->stop_claiming();
  EXPECT_FALSE(worker_->idle());
  EXPECT_TRUE(worker_->may_call(worker_->life()));
  due(b_);
  const std::int64_t beat = storage::number_of(*store_, "SELECT beat AS n FROM workers");
  EXPECT_TRUE(eventually([&] { return storage::number_of(*store_, "SELECT beat AS n FROM workers") > beat + 2; }))
      << "it must not be taken for dead";
  gate_.open();
  EXPECT_TRUE(eventually([&] { return worker_->idle(); }));
  worker_->stop(0);
  EXPECT_EQ(status(id), kSuccess);
  EXPECT_EQ(log_.count("begun"), 1);
  EXPECT_EQ(lane(b_).worker, "");
  EXPECT_EQ(lane(b_).uncertain_until, 0);
  EXPECT_NE(lane(b_).due_at, std::nullopt);
}

TEST_F(WorkerTest, WhatIsCutShortIsDueAtOnceAndSaysNothingOfThePod) {
  start([this](Lane lane) -> base::Awaitable<void> {
    log_.note("begun");
    co_await gate_.pass();
    EXPECT_FALSE(worker_->may_call(worker_->life()));
    throw RunFailed(RunFailed::Why::pod_silent, "the call was given up", lane.key == a_ ? 77 : 0);
  });
  const std::string id = add_and_hint(a_);
  due(b_);
  ASSERT_TRUE(log_.wait_for("begun", 2));
  worker_->stop_claiming();
  worker_->cut_short();
  gate_.open();
  worker_->stop(10);
  for (const LaneKey& key : {a_, b_}) {
    EXPECT_EQ(lane(key).worker, "");
    EXPECT_LE(lane(key).due_at.value(), system_.now());
    EXPECT_EQ(lane(key).attempts, 0);
  }
  EXPECT_EQ(lane(a_).uncertain_until, 77) << "a write's end was not seen";
  EXPECT_EQ(lane(b_).uncertain_until, 0) << "it is not a dead worker's";
  EXPECT_EQ(status(id), kNew);
  EXPECT_EQ(job(id).last_error, "");
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM circuits"), 0);
}

// The claim is held up inside the worker until the stop has given everything back.
TEST_F(WorkerTest, AClaimThatComesAfterTheEndHoldsNothing) {
  Options options = quick();
  options.beat = 1000 * base::kSecond;
  options.poll = 1000 * base::kSecond;
  start(gated_run(), options);
  std::promise<void> claiming;
  std::promise<void> ended;
  std::promise<void> over;
  troubled_.before_next([&] {
    claiming.set_value();
    ended.get_future().wait();
    over.set_value();
  });
  due(a_);
  claiming.get_future().wait();
  worker_->stop(0);
  ended.set_value();
  over.get_future().wait();
  runtime_.stop();  // pool functions end
  EXPECT_EQ(lane(a_).worker, "") << "nobody would ever end this lease";
}

TEST_F(WorkerTest, AClaimWhoseCommitFailedIsNotRunButMadeAgain) {
  Options options = quick();
  options.beat = 1000 * base::kSecond;
  start(gated_run(), options);
  gate_.open();
  troubled_.fail_next(3);
  due(a_);
  ASSERT_TRUE(log_.wait_for("recorded a"));
  EXPECT_EQ(log_.count("begun a"), 1) << "a pod was called without the lease";
}

TEST_F(WorkerTest, ALaneIsPutBackEvenWhenTheStoreFailsAtFirst) {
  Options options = quick();
  options.beat = 1000 * base::kSecond;
  start(
      [&](Lane lane) -> base::Awaitable<void> {
        if (log_.note("runs") == 1) {
          troubled_.fail_next(3);
          throw RunFailed(RunFailed::Why::again, "once");
        }
        co_await record(lane);
      },
      options);
  due(a_);
  EXPECT_TRUE(log_.wait_for("recorded a"));
  EXPECT_EQ(troubled_.failures_left(), 0);
}

TEST_F(WorkerTest, WithoutAFreshHeartbeatNoPodMayBeCalled) {
  Options options = quick();
  options.beat = 1000 * base::kSecond;
  worker_ = std::make_unique<Worker>(runtime_, troubled_, clock_, options, std::filesystem::path());
  worker_->start(gated_run(), {});
  EXPECT_TRUE(worker_->may_call(0));
  clock_.advance(options.stop_calling - 1);
  EXPECT_TRUE(worker_->may_call(0));
  clock_.advance(1);
  EXPECT_FALSE(worker_->may_call(0));
}

TEST_F(WorkerTest, WhatAWorkerBeganBeforeItWasDeclaredDeadCallsNoPodAnyMore) {
  start(gated_run());
  due(a_);
  ASSERT_TRUE(log_.wait_for("begun a"));
  const std::int64_t before = worker_->life();
  write([&](Connection& db) { end_leases(db, worker_->id(), system_.now(), quick()); });
  EXPECT_TRUE(eventually([&] { return worker_->life() != before; })) << "it goes on as new";
  EXPECT_TRUE(eventually([&] { return worker_->may_call(worker_->life()); }));
  EXPECT_FALSE(worker_->may_call(before));
}

TEST_F(WorkerTest, ARunThatCouldNotRecordWhatItDidIsFollowedByOneThatLooksFirst) {
  std::atomic<bool> looked = false;
  start([&](Lane lane) -> base::Awaitable<void> {
    if (log_.note("runs") == 1) throw storage::DbError("disk full");
    looked = lane.uncertain();
    co_await record(lane);
  });
  due(a_);
  ASSERT_TRUE(log_.wait_for("recorded a"));
  EXPECT_TRUE(looked);
}

TEST_F(WorkerTest, WhatItCouldNotRecordMayStillTakeEffectUntilItsCallsAreOver) {
  std::atomic<base::Micros> until = 0;
  base::Micros failed = 0;
  start([&](Lane lane) -> base::Awaitable<void> {
    if (log_.note("runs") == 1) {
      failed = system_.now();
      throw storage::DbError("disk full");
    }
    until = lane.uncertain_until;
    co_await record(lane);
  });
  due(a_);
  ASSERT_TRUE(log_.wait_for("recorded a"));
  EXPECT_GE(until, failed + worker_->options().call_deadline + worker_->options().settle);
}

TEST_F(WorkerTest, ItBeatsForAsLongAsItRuns) {
  start(gated_run());
  EXPECT_TRUE(eventually([&] { return storage::number_of(*store_, "SELECT beat AS n FROM workers") >= 3; }));
}

TEST_F(WorkerTest, AWorkerWithoutRunsOnlyBeats) {
  start({});
  due(a_);
  worker_->stop(1);
  EXPECT_EQ(lane(a_).worker, "");
  EXPECT_NE(lane(a_).due_at, std::nullopt);
}

}  // namespace
}  // namespace tricircle::engine
