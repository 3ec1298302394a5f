#include "api/admin_support.hpp"
#include "base/ids.hpp"
#include "engine/job.hpp"
#include "engine/pause.hpp"
#include "xjob/copies.hpp"
#include "xjob/intents.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;
using storage::Value;

constexpr char kColumns[] =
    "SELECT id, type, project_id, resource, status, pod_id, kind, object_id, parent_id, parent, attempts, last_error, "
    "created_at, updated_at, started_at, finished_at, next_try_at, "
    "(SELECT c.last_error FROM circuits c WHERE c.pod_id = jobs.pod_id AND c.open) AS circuit_error, "
    "(SELECT c.not_before FROM circuits c WHERE c.pod_id = jobs.pod_id) AS not_before, "
    "(SELECT min(p.kind) FROM pauses p WHERE (p.kind = 'pod' AND p.id = jobs.pod_id) OR (p.kind = jobs.kind AND p.id = "
    "jobs.object_id)) AS paused FROM jobs";

json::value time_or_null(const storage::Row& row, std::string_view column) {
  const auto time = row.optional_integer(column);
  return time ? json::value(base::iso_time(*time)) : json::value(nullptr);
}

// What is not even begun waits for something that its own words do not tell: the pod, or an operator.
std::string waits_for(const storage::Row& row, base::Micros now) {
  const std::string paused = row.text("paused");
  if (!paused.empty()) return "the " + paused + " is " + engine::kPausedWords;
  if (row.integer("not_before") > now)
    return "the pod asks to be left alone until " + base::iso_time(row.integer("not_before"));
  const std::string circuit = row.text("circuit_error");
  return circuit.empty() ? std::string() : "the pod does not answer: " + circuit;
}

std::string last_error(const storage::Row& row, base::Micros now) {
  std::string error = row.text("last_error");
  if (row.text("status") != engine::kNew) return error;
  const std::string why = waits_for(row, now);
  if (why.empty() || error.find(why) != std::string::npos) return error;
  // The circuit's words are most often the job's own.
  if (!error.empty() && row.text("paused").empty()) return error;
  return error.empty() ? why : why + "; before that: " + error;
}

json::object shown(const storage::Row& row, base::Micros now) {
  json::object job{{"id", row.text("id")},
                   {"type", row.text("type")},
                   {"project_id", row.text("project_id")},
                   {"timestamp", base::iso_time(row.integer("created_at"))},
                   {"status", row.text("status")},
                   {"resource", json::parse(row.text("resource"))},
                   {"pod_id", row.boolean("parent") ? xjob::kAllPods : row.text("pod_id")},
                   {"attempts", row.integer("attempts")},
                   {"last_error", last_error(row, now)}};
  const std::string parent = row.text("parent_id");
  job["parent_id"] = parent.empty() ? json::value(nullptr) : json::value(parent);
  for (const char* column : {"created_at", "updated_at", "started_at", "finished_at", "next_try_at"})
    job[column] = time_or_null(row, column);
  // Time to apply is in milliseconds more often than in seconds.
  const auto finished = row.optional_integer("finished_at");
  job["microseconds"] = finished ? json::value(*finished - row.integer("created_at")) : json::value(nullptr);
  return job;
}

base::Error no_job(const std::string& id) {
  return admin_error(ErrorKind::not_found, "Job " + id + " not found.");
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

struct Filter {
  std::string where = " WHERE 1 = 1";
  std::vector<Value> values;
};

Filter filter_of(const AdminCall& call) {
  Filter filter;
  const bool all_projects = call.query("all_projects") == "true";
  for (const auto& [name, value] : call.request.query) {
    if (name == "limit" || name == "marker" || name == "all_projects") continue;
    if (name == "project_id" && !all_projects) continue;
    if (name != "type" && name != "status" && name != "pod_id" && name != "parent_id" && name != "project_id")
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
    filter.where += " AND " + name + " = ?";
    filter.values.emplace_back(name == "status" ? upper(value) : value);
  }
  // As the original: the caller's own project, whatever project_id says, unless all are asked for.
  if (all_projects) return filter;
  filter.where += " AND project_id = ?";
  filter.values.emplace_back(call.caller.project_id());
  return filter;
}

void after_marker(Connection& db, const AdminCall& call, Filter& filter) {
  const std::string marker = call.query("marker");
  if (marker.empty()) return;
  const auto found = db.execute("SELECT created_at FROM jobs WHERE id = ?", {marker});
  if (found.empty()) throw admin_error(ErrorKind::bad_request, "marker " + marker + " is no job.");
  const std::int64_t time = found.front().integer("created_at");
  filter.where += " AND (created_at < ? OR (created_at = ? AND id < ?))";
  filter.values.insert(filter.values.end(), {Value{time}, Value{time}, Value{marker}});
}

http::Response list(AdminCall& call) {
  const std::int64_t limit = page_limit(call);
  json::object body;
  call.database.read([&](Connection& db) {
    Filter filter = filter_of(call);
    after_marker(db, call, filter);
    filter.values.emplace_back(limit + 1);
    const auto found =
        db.execute(kColumns + filter.where + " ORDER BY created_at DESC, id DESC LIMIT ?", filter.values);
    json::array jobs;
    for (const storage::Row& row : found.rows()) {
      if (jobs.size() == static_cast<std::size_t>(limit)) break;
      jobs.push_back(shown(row, call.now));
    }
    if (found.rows().size() > jobs.size())
      body["jobs_links"] = next_links(call, json::value_to<std::string>(jobs.back().at("id")));
    body["jobs"] = std::move(jobs);
  });
  return json_response(200, body);
}

http::Response schemas() {
  json::array list;
  for (const xjob::JobSchema& schema : xjob::job_schemas()) {
    json::array fields;
    for (const std::string_view name : schema.resource) fields.emplace_back(name);
    list.push_back(json::object{{"type", schema.type}, {"resource", std::move(fields)}});
  }
  return json_response(200, json::object{{"schemas", std::move(list)}});
}

json::object find_job(Connection& db, const std::string& id, base::Micros now) {
  const auto found = db.execute(std::string(kColumns) + " WHERE id = ?", {id});
  if (found.empty()) throw no_job(id);
  return shown(found.front(), now);
}

http::Response create(AdminCall& call) {
  const json::object given = admin_body(call, "job");
  const json::value* resource = given.if_contains("resource");
  const std::string type = text_field(given, "type");
  const std::string project = text_field(given, "project_id");
  if (type.empty() || project.empty() || resource == nullptr || !resource->is_object())
    throw admin_error(ErrorKind::bad_request, "type, project_id and resource must be given.");
  json::object body;
  call.database.write([&](Connection& db) {
    const std::string id = xjob::add_requested_job(db, type, project, resource->get_object(), call.now);
    body["job"] = find_job(db, id, call.now);
  });
  call.committed();
  return json_response(200, body);
}

// Done again from the beginning of its lane; the id stays. A parent is what its children are.
void redo_one(Connection& db, const storage::Row& job, base::Micros now) {
  db.execute("UPDATE jobs SET status = 'NEW', finished_at = NULL, updated_at = ? WHERE id = ?", {now, job.text("id")});
  db.execute(
      "UPDATE jobs SET status = 'RUNNING', last_error = '', finished_at = NULL, updated_at = ? WHERE id = ? AND "
      "expanded AND status = 'FAIL'",
      {now, job.text("parent_id")});
  xjob::ask_again(db, json::parse(job.text("resource")).as_object(), now);
  engine::wake(db, {job.text("pod_id"), job.text("kind"), job.text("object_id")}, now, engine::Wake::fresh_wish);
}

http::Response redo(AdminCall& call) {
  call.database.write([&](Connection& db) {
    const auto found = db.execute(std::string(kColumns) + " WHERE id = ?", {call.id()});
    if (found.empty()) throw no_job(call.id());
    const storage::Row& job = found.front();
    const std::string status = job.text("status");
    if (status == engine::kRunning || status == engine::kSuccess)
      throw admin_error(ErrorKind::bad_request, "Job " + call.id() + " is " + status + ".");
    if (!job.boolean("parent") || status != engine::kFail) return redo_one(db, job, call.now);
    const auto failed = db.execute(std::string(kColumns) + " WHERE parent_id = ? AND status = 'FAIL'", {call.id()});
    for (const storage::Row& child : failed.rows()) redo_one(db, child, call.now);
  });
  call.committed();
  return json_response(200, nullptr);
}

// A parent that waited for this child alone ends without it.
void end_parent(Connection& db, const std::string& id, base::Micros now) {
  const auto found = db.execute("SELECT cursor_at FROM jobs WHERE id = ? AND expanded AND status = 'RUNNING'", {id});
  if (!found.empty()) engine::advance_parent(db, id, found.front().text("cursor_at"), true, now);
}

http::Response erase(AdminCall& call) {
  call.database.write([&](Connection& db) {
    const auto found = db.execute("SELECT status, parent_id FROM jobs WHERE id = ?", {call.id()});
    if (found.empty()) throw no_job(call.id());
    const std::string status = found.front().text("status");
    // What has succeeded is the record of what was done: the original's log.
    if (status == engine::kRunning || status == engine::kSuccess)
      throw admin_error(ErrorKind::bad_request, "Job " + call.id() + " is " + status + ".");
    db.execute("DELETE FROM jobs WHERE id = ?", {call.id()});
    end_parent(db, found.front().text("parent_id"), call.now);
  });
  return json_response(200, json::object{});
}

}  // namespace

http::Response handle_jobs(AdminCall& call) {
  if (!call.caller.admin()) throw admin_error(ErrorKind::forbidden, "Admin rights are required to work with jobs.");
  const std::string& method = call.request.method;
  const std::string id = call.id();
  if (call.path.size() > 2) throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  if (method == "GET") {
    if (id.empty() || id == "detail") return list(call);
    if (id == "schemas") return schemas();
    json::object body;
    call.database.read([&](Connection& db) { body["job"] = find_job(db, id, call.now); });
    return json_response(200, body);
  }
  if (id.empty() && method == "POST") return create(call);
  if (!id.empty() && method == "PUT") return redo(call);
  if (!id.empty() && method == "DELETE") return erase(call);
  throw admin_error(ErrorKind::method_not_allowed, "Method " + method + " is not known here.");
}

}  // namespace tricircle::api
