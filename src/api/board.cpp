#include "api/board.hpp"

#include "engine/job_counts.hpp"
#include "xjob/copies.hpp"

#include <algorithm>

namespace tricircle::api::board {
namespace {

using storage::Connection;

constexpr std::string_view kFromGoodToBad = ".?icprhdfx";

// `behind`: the pod has not confirmed the newest wish.
char copy_letter(const std::string& state, bool ready, bool behind, std::int64_t attempts, bool due) {
  if (state == xjob::kDrifted) return kDrift;
  if (!behind && state == xjob::kInSync) return ready ? kInSync : kPending;
  if (!behind || !due) {
    if (state == xjob::kRefused) return kRefused;
    if (state == xjob::kHeld) return kHeld;
    if (state == xjob::kCancelled) return kCancelled;
  }
  if (state == xjob::kHeld) return kHeld;
  return attempts > 0 ? kRetrying : kPending;
}

}  // namespace

char worse(char one, char other) {
  return kFromGoodToBad.find(one) < kFromGoodToBad.find(other) ? other : one;
}

bool is_moving(char cell) {
  return cell == kUnread || cell == kPending || cell == kRetrying || cell == kDrift;
}

Lists read_lists(Connection& db) {
  Lists lists;
  const auto pods = db.execute(
      "SELECT p.pod_id, p.region_name, p.az_name, coalesce(c.open, FALSE) AS open, x.id AS paused FROM pods p LEFT "
      "JOIN circuits c ON c.pod_id = p.pod_id LEFT JOIN pauses x ON x.kind = 'pod' AND x.id = p.pod_id WHERE p.az_name "
      "<> '' ORDER BY p.region_name");
  for (const storage::Row& row : pods.rows())
    lists.pods.push_back({row.text("pod_id"), row.text("region_name"), row.text("az_name"), row.boolean("open"),
                          !row.is_null("paused")});
  const auto policies = db.execute("SELECT id, name, project_id, intent FROM qos_policies ORDER BY name, id");
  for (const storage::Row& row : policies.rows())
    lists.policies.push_back({row.text("id"), row.text("name"), row.text("project_id"), row.integer("intent")});
  const auto drifts = db.execute("SELECT policy_id, pod_id FROM drifts WHERE ended_at IS NULL");
  for (const storage::Row& row : drifts.rows()) lists.drifts.emplace_back(row.text("policy_id"), row.text("pod_id"));
  const engine::JobCounts jobs = engine::count_jobs(db);
  lists.jobs.open = jobs.open;
  lists.jobs.failed = jobs.failed;
  lists.jobs.last = db.execute("SELECT max(seq) AS n FROM jobs").front().integer("n");
  return lists;
}

std::vector<std::pair<std::string, char>> read_cells(Connection& db, const Policy& policy) {
  std::vector<std::pair<std::string, char>> cells;
  // The lane is looked up only where something is under way.
  const auto copies = db.execute(
      "SELECT c.pod_id, c.state, c.ready, c.intent, CASE WHEN c.intent = ? AND c.state = 'in_sync' THEN 0 ELSE (SELECT "
      "l.attempts FROM lanes l WHERE l.pod_id = c.pod_id AND l.kind = 'policy' AND l.object_id = c.policy_id) END AS "
      "attempts, CASE WHEN c.intent = ? AND c.state = 'in_sync' THEN NULL ELSE (SELECT l.due_at FROM lanes l WHERE "
      "l.pod_id = c.pod_id AND l.kind = 'policy' AND l.object_id = c.policy_id) END AS due_at FROM copies c WHERE "
      "c.policy_id = ?",
      {policy.intent, policy.intent, policy.id});
  cells.reserve(copies.rows().size());
  for (const storage::Row& row : copies.rows())
    cells.emplace_back(row.text("pod_id"),
                       copy_letter(row.text("state"), row.boolean("ready"), row.integer("intent") != policy.intent,
                                   row.integer("attempts"), !row.is_null("due_at")));
  const auto refused = db.execute(
      "SELECT DISTINCT pod_id, state FROM bindings WHERE policy_id = ? AND state IN ('refused', 'held', 'foreign')",
      {policy.id});
  for (const storage::Row& row : refused.rows())
    cells.emplace_back(row.text("pod_id"), row.text("state") == xjob::kHeld ? kHeld : kRefused);
  return cells;
}

}  // namespace tricircle::api::board
