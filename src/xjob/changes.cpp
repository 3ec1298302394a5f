#include "xjob/changes.hpp"

#include "engine/job.hpp"
#include "storage/sql.hpp"

#include <algorithm>
#include <map>

namespace tricircle::xjob {
namespace {

using storage::Connection;

constexpr char kColumns[] =
    "SELECT id, project_id, resource_type, resource_id, action, created_at, user_id, traceparent FROM changes";

Change change_of(const storage::Row& row) {
  return {row.text("id"),     row.text("project_id"),    row.text("resource_type"), row.text("resource_id"),
          row.text("action"), row.integer("created_at"), row.text("user_id"),       row.text("traceparent")};
}

// One pod may have several jobs of a change: it has the change when the last of them has ended well.
void add(Followed& pod, const storage::Row& row) {
  const std::string status = row.text("status");
  const std::string words = row.text("last_error");
  const bool open = status != engine::kSuccess && status != engine::kFail;
  if (open) {
    pod.state = Followed::State::waiting;
    const std::string circuit = row.text("circuit_error");
    pod.why = words.empty() && !circuit.empty() ? "the pod does not answer: " + circuit : words;
  } else if (status == engine::kFail && pod.state != Followed::State::waiting) {
    pod.state = Followed::State::refused;
    pod.why = words;
  }
  pod.applied_at = std::max(pod.applied_at, row.integer("finished_at"));
}

}  // namespace

void keep_change(Connection& db, const Change& change) {
  storage::insert_if_absent(db, "changes",
                            {{"id", change.id},
                             {"project_id", change.project_id},
                             {"resource_type", change.resource_type},
                             {"resource_id", change.resource_id},
                             {"action", change.action},
                             {"created_at", change.created_at},
                             {"user_id", change.user_id},
                             {"traceparent", change.traceparent}});
}

std::optional<Change> find_change(Connection& db, const std::string& id) {
  const auto found = db.execute(std::string(kColumns) + " WHERE id = ?", {id});
  return found.empty() ? std::nullopt : std::optional(change_of(found.front()));
}

std::vector<Change> newest_changes(Connection& db, const std::string& where, std::vector<storage::Value> values,
                                   std::int64_t limit) {
  values.emplace_back(limit);
  const auto found = db.execute(kColumns + where + " ORDER BY created_at DESC, id DESC LIMIT ?", values);
  std::vector<Change> changes;
  for (const storage::Row& row : found.rows()) changes.push_back(change_of(row));
  return changes;
}

std::size_t Progress::count(Followed::State state) const {
  return static_cast<std::size_t>(std::ranges::count(pods, state, &Followed::state));
}

Progress progress_of(Connection& db, const std::string& change_id) {
  Progress progress;
  const auto found = db.execute(
      "SELECT j.pod_id, coalesce(p.region_name, '') AS region_name, j.status, j.last_error, j.finished_at, j.parent, "
      "j.expanded, (SELECT c.last_error FROM circuits c WHERE c.pod_id = j.pod_id AND c.open) AS circuit_error FROM "
      "jobs j LEFT JOIN pods p ON p.pod_id = j.pod_id WHERE j.change_id = ? AND j.change_id <> '' ORDER BY "
      "region_name, j.pod_id",
      {change_id});
  for (const storage::Row& row : found.rows()) {
    if (row.boolean("parent")) {
      progress.spreading |= !row.boolean("expanded") && row.optional_integer("finished_at") == std::nullopt;
      continue;
    }
    const std::string pod = row.text("pod_id");
    if (progress.pods.empty() || progress.pods.back().pod_id != pod) {
      progress.pods.push_back({pod, row.text("region_name"), Followed::State::applied, "", 0});
    }
    add(progress.pods.back(), row);
  }
  return progress;
}

std::vector<std::pair<std::string, Step>> steps_of(Connection& db, const std::vector<std::string>& change_ids) {
  std::vector<std::pair<std::string, Step>> steps;
  for (const std::string& id : change_ids) {
    const auto found = db.execute(
        "SELECT count(*) AS jobs, count(finished_at) AS ended FROM jobs WHERE change_id = ? AND change_id <> ''", {id});
    const std::int64_t jobs = found.front().integer("jobs");
    steps.push_back({id, {jobs, jobs - found.front().integer("ended")}});
  }
  return steps;
}

}  // namespace tricircle::xjob
