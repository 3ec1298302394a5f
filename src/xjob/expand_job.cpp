#include "xjob/expand_job.hpp"

#include "base/fault.hpp"
#include "engine/job.hpp"
#include "xjob/copies.hpp"
#include "xjob/job_types.hpp"
#include "xjob/liveness.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;

constexpr std::int64_t kBatch = 100;

struct Parent {
  std::string id;
  std::string type;
  std::string project_id;
  json::object resource;
  std::int64_t wanted = 0;
  std::string cursor;
  std::string change_id;
};

std::optional<Parent> find_parent(storage::Connection& db, const std::string& id) {
  const auto found = db.execute(
      "SELECT type, project_id, resource, wanted, cursor_at, change_id FROM jobs WHERE id = ? AND parent AND NOT "
      "expanded",
      {id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  return Parent{id,
                row.text("type"),
                row.text("project_id"),
                json::parse(row.text("resource")).as_object(),
                row.integer("wanted"),
                row.text("cursor_at"),
                row.text("change_id")};
}

std::string field(const json::object& resource, std::string_view name) {
  const json::value* value = resource.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

std::vector<std::string> next_pods(storage::Connection& db, const Subject& subject, const std::string& cursor) {
  const auto found =
      subject.type == kPolicyLane
          ? db.execute("SELECT pod_id FROM copies WHERE policy_id = ? AND pod_id > ? ORDER BY pod_id LIMIT ?",
                       {subject.id, cursor, kBatch})
          : db.execute(
                "SELECT pod_id FROM resource_routings WHERE central_id = ? AND resource_type = ? AND pod_id > ? "
                "ORDER BY pod_id LIMIT ?",
                {subject.id, subject.type, cursor, kBatch});
  std::vector<std::string> pods;
  for (const storage::Row& row : found.rows()) pods.push_back(row.text("pod_id"));
  return pods;
}

void add_child(storage::Connection& db, const Parent& parent, const Subject& subject, const std::string& pod,
               engine::Priority priority, base::Micros now) {
  json::object resource = parent.resource;
  resource["pod_id"] = pod;
  const bool binds = subject.type != kPolicyLane && parent.wanted != engine::kGone;
  if (binds) expect_binding(db, subject.type, subject.id, pod, parent.project_id, now);
  const engine::LaneKey lane{pod, subject.type, subject.id};
  engine::add_job(db, {parent.type, parent.project_id, resource, lane, parent.wanted, parent.id, priority},
                  {now, parent.change_id});
}

// On the object's row: who changes it wakes the lanes of those bindings that he sees.
void meet_who_changes_the_association(storage::Connection& db, const Subject& subject) {
  db.execute("UPDATE " + object_table(subject.type) + " SET met = met + 1 WHERE id = ?", {subject.id});
}

// Nobody will ever want the lane of an expanded parent again.
void end_lane(storage::Connection& db, const engine::Lane& lane) {
  engine::finish(db, lane, std::nullopt, 0);
  engine::forget(db, lane.key);
}

// One batch in one transaction; true when it was the last.
bool expand_batch(storage::Connection& db, const engine::Lane& lane, base::Micros now) {
  const std::optional<Parent> parent = find_parent(db, lane.key.object_id);
  if (!parent) {
    end_lane(db, lane);
    return true;
  }
  const Subject subject = subject_of(parent->type, parent->resource);
  const std::vector<std::string> pods = next_pods(db, subject, parent->cursor);
  const std::set<std::string> live = live_pods(db, subject.type, subject.id);
  if (subject.type != kPolicyLane) meet_who_changes_the_association(db, subject);
  for (const std::string& pod : pods) add_child(db, *parent, subject, pod, priority_in(live, pod), now);
  const bool last = pods.size() < static_cast<std::size_t>(kBatch);
  engine::advance_parent(db, parent->id, pods.empty() ? parent->cursor : pods.back(), last, now);
  if (last) {
    end_lane(db, lane);
  } else {
    engine::confirm(db, lane);
  }
  return last;
}

}  // namespace

Subject subject_of(const std::string& type, const json::object& resource) {
  if (type == kUpdateNetwork) return {kNetwork, field(resource, "network_id")};
  if (type == kUpdatePort || type == kDeletePort) return {kPort, field(resource, "port_id")};
  const std::string object = field(resource, "res_id");
  if (type == kCreatePolicy && !object.empty()) return {field(resource, "res_type"), object};
  return {kPolicyLane, field(resource, "policy_id")};
}

base::Awaitable<void> run_expand(Context& context, engine::Lane lane) {
  for (bool last = false; !last;) {
    const base::Micros now = context.clock.now();
    co_await context.write([&](storage::Connection& db) { last = expand_batch(db, lane, now); });
    base::fault_point("expanded");
    context.worker.hint();
  }
}

}  // namespace tricircle::xjob
