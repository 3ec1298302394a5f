#include "engine/retention.hpp"

#include "base/log.hpp"
#include "engine/job.hpp"
#include "storage/sql.hpp"

#include <algorithm>

namespace tricircle::engine {
namespace {

using storage::Connection;
using storage::Value;

constexpr std::size_t kBatch = 200;
constexpr base::Micros kOftenest = 50 * base::kMillisecond;
constexpr base::Micros kRarest = 60 * base::kSecond;
constexpr char kChore[] = "job_retention";

// The oldest first, along the index.
constexpr char kLeaves[] =
    "SELECT j.id FROM jobs j WHERE j.status = ? AND j.finished_at < ? AND NOT EXISTS (SELECT 1 FROM jobs c WHERE "
    "c.parent_id = j.id AND c.parent_id <> '') AND NOT EXISTS (SELECT 1 FROM jobs p WHERE p.id = j.parent_id AND "
    "p.status IN ('NEW', "
    "'RUNNING')) ORDER BY j.finished_at LIMIT ?";

std::size_t remove_ended(Connection& db, const char* status, base::Micros before, std::size_t most) {
  const auto found = db.execute(kLeaves, {status, before, static_cast<std::int64_t>(most)});
  if (found.empty()) return 0;
  std::vector<Value> ids;
  for (const storage::Row& row : found.rows()) ids.emplace_back(row.text("id"));
  db.execute("DELETE FROM jobs WHERE id IN (" + storage::placeholders(ids.size()) + ")", ids);
  return ids.size();
}

// Changes that no job tells of any more.
std::size_t remove_changes(Connection& db, base::Micros before, std::size_t most) {
  const auto found = db.execute(
      "SELECT id FROM changes WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.change_id = "
      "changes.id AND jobs.change_id <> '') ORDER BY created_at LIMIT ?",
      {before, static_cast<std::int64_t>(most)});
  for (const storage::Row& row : found.rows()) db.execute("DELETE FROM changes WHERE id = ?", {row.text("id")});
  return found.rows().size();
}

// Ten times as often as would do, so that nothing outlives its time by much.
base::Micros interval(const Options& options) {
  base::Micros shortest = 0;
  for (const base::Micros kept : {options.job_retention, options.failed_job_retention}) {
    if (kept > 0 && (shortest == 0 || kept < shortest)) shortest = kept;
  }
  return shortest == 0 ? 0 : std::clamp(shortest / 10, kOftenest, kRarest);
}

}  // namespace

std::size_t remove_old_jobs(Connection& db, base::Micros now, const Options& options, std::size_t most) {
  std::size_t removed = 0;
  if (options.job_retention > 0) removed += remove_ended(db, kSuccess, now - options.job_retention, most);
  if (options.failed_job_retention > 0 && removed < most)
    removed += remove_ended(db, kFail, now - options.failed_job_retention, most - removed);
  if (options.job_retention > 0 && removed < most)
    removed += remove_changes(db, now - options.job_retention, most - removed);
  return removed;
}

Retention::Retention(storage::Database& database, const base::Clock& clock, const Options& options)
    : database_(database), clock_(clock), options_(options), every_(interval(options)) {}

void Retention::tend() {
  if (every_ == 0 || clock_.monotonic() < next_) return;
  next_ = clock_.monotonic() + every_;
  if (!my_turn()) return;
  std::size_t removed = 0;
  database_.write([&](Connection& db) { removed = remove_old_jobs(db, clock_.now(), options_, kBatch); });
  if (removed == 0) return;
  base::log::info("old_jobs_removed count={}", removed);
  // There may be more: the turn is still ours, and the next batch comes with the next look.
  if (removed < kBatch) return;
  database_.write([&](Connection& db) { db.execute("UPDATE chores SET due_at = 0 WHERE name = ?", {kChore}); });
  next_ = 0;
}

// Of several workers one finds the row as it was.
bool Retention::my_turn() {
  bool mine = false;
  base::Micros due = 0;
  const base::Micros now = clock_.now();
  database_.read([&](Connection& db) {
    const auto found = db.execute("SELECT due_at FROM chores WHERE name = ?", {kChore});
    due = found.empty() ? now + 1 : found.front().integer("due_at");
  });
  if (due > now) return false;
  database_.write([&](Connection& db) {
    mine = db.execute("UPDATE chores SET due_at = ? WHERE name = ? AND due_at = ?", {now + every_, kChore, due})
               .affected() == 1;
  });
  return mine;
}

}  // namespace tricircle::engine
