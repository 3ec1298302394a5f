// For tests of this room and of those above it: a store in memory with the engine's tables, a clock that stands, and
// short ways to look at rows.
#pragma once
#include "base/log.hpp"
#include "engine/claim.hpp"
#include "engine/job.hpp"
#include "storage/test_store.hpp"

#include <optional>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace tricircle::engine {

struct LaneRow {
  std::optional<std::int64_t> due_at;
  std::int64_t attempts = 0;
  std::int64_t uncertain_until = 0;
  std::string worker;
  std::int64_t number = 0;
};

struct JobRow {
  std::string type;
  std::string project_id;
  std::string resource;
  std::string status;
  LaneKey lane;
  std::int64_t wanted = 0;
  bool parent = false;
  std::int64_t attempts = 0;
  std::string last_error;
  std::optional<std::int64_t> started_at;
  std::optional<std::int64_t> finished_at;
  std::optional<std::int64_t> next_try_at;
};

inline std::optional<LaneRow> lane_row(storage::Connection& db, const LaneKey& key) {
  const auto found = db.execute(
      "SELECT due_at, attempts, uncertain_until, worker, number FROM lanes WHERE pod_id = ? AND kind = ? AND "
      "object_id = ?",
      {key.pod_id, key.kind, key.object_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  return LaneRow{row.optional_integer("due_at"), row.integer("attempts"), row.integer("uncertain_until"),
                 row.text("worker"), row.integer("number")};
}

// As whoever holds it knows it, if anybody does.
inline Lane lane_now(storage::Connection& db, const LaneKey& key) {
  const auto found = db.execute("SELECT worker, claimed_at FROM lanes WHERE id = ?", {lane_id(db, key)});
  Lane lane;
  lane.id = lane_id(db, key);
  lane.key = key;
  if (!found.empty() && !found.front().text("worker").empty()) lane.claimed_at = found.front().integer("claimed_at");
  return lane;
}

inline Candidate candidate(storage::Connection& db, const LaneKey& key) {
  return {lane_id(db, key), key};
}

inline JobRow job_row(storage::Connection& db, const std::string& id) {
  const auto found = db.execute("SELECT * FROM shown_jobs WHERE id = ?", {id});
  const storage::Row& row = found.front();
  return {row.text("type"),
          row.text("project_id"),
          row.text("resource"),
          row.text("status"),
          {row.text("pod_id"), row.text("kind"), row.text("object_id")},
          row.integer("wanted"),
          row.boolean("parent"),
          row.integer("attempts"),
          row.text("last_error"),
          row.optional_integer("started_at"),
          row.optional_integer("finished_at"),
          row.optional_integer("next_try_at")};
}

class RowsTest : public testing::Test {
 protected:
  explicit RowsTest(std::unique_ptr<storage::Database> store = storage::open_test_store()) : store_(std::move(store)) {
    // Made by whoever logs first, in a library that ThreadSanitizer does not see into: before there are threads.
    spdlog::default_logger_raw();
    storage::upgrade(*store_);
  }

  // One transaction, its exception and its result.
  template <typename F>
  std::invoke_result_t<F&, storage::Connection&> write(F work) {
    using Result = std::invoke_result_t<F&, storage::Connection&>;
    if constexpr (std::is_void_v<Result>) {
      store_->write(work);
    } else {
      std::optional<Result> result;
      store_->write([&](storage::Connection& db) { result.emplace(work(db)); });
      return std::move(*result);
    }
  }

  LaneRow lane(const LaneKey& key) {
    return write([&](storage::Connection& db) { return lane_row(db, key).value(); });
  }
  bool has_lane(const LaneKey& key) {
    return write([&](storage::Connection& db) { return lane_row(db, key).has_value(); });
  }
  JobRow job(const std::string& id) {
    return write([&](storage::Connection& db) { return job_row(db, id); });
  }
  std::string status(const std::string& id) { return job(id).status; }

  void add_worker(const std::string& id) {
    write([&](storage::Connection& db) {
      db.execute("INSERT INTO workers (id, name, beat) VALUES (?, 'test', 0)", {id});
    });
  }
  void wake_now(const LaneKey& key) {
    write([&](storage::Connection& db) { wake(db, key, now(), Wake::fresh_wish); });
  }
  Lane claim_one(const LaneKey& key, const std::string& worker = "w1") {
    return write([&](storage::Connection& db) { return claim(db, {candidate(db, key)}, worker, now()).at(0); });
  }
  std::string add(const NewJob& job) {
    return write([&](storage::Connection& db) { return add_job(db, job, now()); });
  }
  base::Micros now() const { return clock_.now(); }

  base::TestClock clock_;
  std::unique_ptr<storage::Database> store_;
};

}  // namespace tricircle::engine
