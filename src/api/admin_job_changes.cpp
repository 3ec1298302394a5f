#include "api/admin_jobs.hpp"
#include "engine/job.hpp"
#include "xjob/cancel.hpp"
#include "xjob/intents.hpp"

#include <boost/json/parse.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;
using storage::Value;

constexpr std::size_t kBatch = 100;  // jobs a transaction

constexpr char kColumns[] =
    "SELECT id, type, resource, status, pod_id, kind, object_id, wanted, parent_id, parent, expanded FROM shown_jobs "
    "AS jobs";

storage::Result find_job(Connection& db, const std::string& id) {
  storage::Result found = db.execute(std::string(kColumns) + " WHERE id = ?", {id});
  if (found.empty()) throw no_job(id);
  return found;
}

base::Error not_so(const std::string& id, const std::string& status) {
  return admin_error(ErrorKind::bad_request, "Job " + id + " is " + status + ".");
}

json::object resource_of(const storage::Row& job) {
  return json::parse(job.text("resource")).as_object();
}

// Work on many jobs, a batch a transaction: `one` is given each job of the filter once, in the order of ids. `most` is
// where it stops for now; the id of the last job then, '' when there is no other.
struct Swept {
  std::size_t done = 0;
  std::string stopped_at;
};
using One = std::function<bool(Connection&, const storage::Row&)>;  // true: it counts

Swept sweep(storage::Database& database, const JobFilter& filter, std::string after, std::size_t most, const One& one) {
  Swept swept;
  for (std::size_t seen = 0;;) {
    std::size_t batch = 0;
    std::size_t done = 0;
    std::string last;
    database.write([&](Connection& db) {
      batch = done = 0;
      std::vector<Value> values = filter.values;
      values.insert(values.end(), {after, static_cast<std::int64_t>(kBatch)});
      const auto found = db.execute(kColumns + filter.where + " AND NOT parent AND id > ? ORDER BY id LIMIT ?", values);
      for (const storage::Row& row : found.rows()) {
        if (one(db, row)) ++done;
        last = row.text("id");
        ++batch;
      }
    });
    swept.done += done;
    seen += batch;
    if (batch < kBatch) return swept;
    after = last;
    if (seen < most) continue;
    swept.stopped_at = after;
    return swept;
  }
}

// Done again from the beginning of its lane; the id stays. A parent is what its children are.
void redo_one(Connection& db, const storage::Row& job, base::Micros now) {
  db.execute(
      "UPDATE jobs SET status = 'RUNNING', last_error = '', finished_at = NULL, updated_at = ? WHERE id = ? AND "
      "expanded AND status = 'FAIL'",
      {now, job.text("parent_id")});
  const engine::LaneKey lane{job.text("pod_id"), job.text("kind"), job.text("object_id")};
  const std::int64_t lane_id = engine::wake(db, lane, now, engine::Wake::fresh_wish);
  db.execute("UPDATE jobs SET status = 'NEW', lane_id = ?, finished_at = NULL, updated_at = ? WHERE id = ?",
             {lane_id, now, job.text("id")});
  xjob::ask_again(db, resource_of(job), now);
  xjob::take_back_cancel(db, lane, now);
}

// A parent that waited for this child alone ends without it.
void end_parent(Connection& db, const std::string& id, base::Micros now) {
  const auto found = db.execute("SELECT cursor_at FROM jobs WHERE id = ? AND expanded AND status = 'RUNNING'", {id});
  if (!found.empty()) engine::advance_parent(db, id, found.front().text("cursor_at"), true, now);
}

}  // namespace

http::Response redo_job(AdminCall& call) {
  call.database.write([&](Connection& db) {
    const auto found = find_job(db, call.id());
    const storage::Row& job = found.front();
    const std::string status = job.text("status");
    if (status == engine::kRunning || status == engine::kSuccess) throw not_so(call.id(), status);
    if (!job.boolean("parent") || status != engine::kFail) return redo_one(db, job, call.now);
    const auto failed =
        db.execute(std::string(kColumns) + " WHERE parent_id = ? AND parent_id <> '' AND status = 'FAIL'", {call.id()});
    for (const storage::Row& child : failed.rows()) redo_one(db, child, call.now);
  });
  call.committed();
  return json_response(200, nullptr);
}

// Parents are done again with their children. More than a page is done by following the link, as a list is read.
http::Response redo_jobs(AdminCall& call) {
  const std::string status = status_asked_for(call);
  const JobFilter filter = filter_of(call);
  if (status != "FAIL" && status != "NEW")
    throw admin_error(ErrorKind::bad_request, "status must be given: FAIL, or NEW for jobs that wait.");
  const Swept swept = sweep(call.database, filter, call.query("marker"), static_cast<std::size_t>(page_limit(call)),
                            [&](Connection& db, const storage::Row& job) {
                              redo_one(db, job, call.now);
                              return true;
                            });
  call.committed();
  json::object body{{"redone", swept.done}};
  if (!swept.stopped_at.empty()) body["jobs_links"] = next_links(call, swept.stopped_at);
  return json_response(200, body);
}

// Of a parent: its children that wait.
http::Response cancel_job(AdminCall& call) {
  const std::string& id = call.id();
  bool parent = false;
  call.database.write([&](Connection& db) {
    const auto found = find_job(db, id);
    const storage::Row& job = found.front();
    const std::string status = job.text("status");
    parent = job.boolean("parent");
    if (status == engine::kFail || status == engine::kSuccess) throw not_so(id, status);
    if (parent && !job.boolean("expanded"))
      throw admin_error(ErrorKind::bad_request, "Job " + id + " is still being spread over its pods.");
    if (!parent && !xjob::cancel(db, id, call.now)) throw not_so(id, status);
  });
  if (!parent) return json_response(200, json::object{{"cancelled", 1}});
  const JobFilter children{" WHERE parent_id = ? AND status = 'NEW'", {id}};
  const Swept swept =
      sweep(call.database, children, "", std::numeric_limits<std::size_t>::max(),
            [&](Connection& db, const storage::Row& job) { return xjob::cancel(db, job.text("id"), call.now); });
  return json_response(200, json::object{{"cancelled", swept.done}});
}

http::Response erase_job(AdminCall& call) {
  call.database.write([&](Connection& db) {
    const auto found = find_job(db, call.id());
    const storage::Row& job = found.front();
    const std::string status = job.text("status");
    // What has succeeded is the record of what was done: the original's log.
    if (status == engine::kRunning || status == engine::kSuccess) throw not_so(call.id(), status);
    if (job.boolean("parent") && !job.boolean("expanded"))
      xjob::mark_never_spread(db, job.text("type"), resource_of(job), job.integer("wanted"), call.now);
    db.execute("DELETE FROM jobs WHERE id = ?", {call.id()});
    end_parent(db, job.text("parent_id"), call.now);
  });
  return json_response(200, json::object{});
}

}  // namespace tricircle::api
