#include "api/admin_jobs.hpp"

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
    "jobs.object_id)) AS paused FROM shown_jobs AS jobs";

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

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

void after_marker(Connection& db, const AdminCall& call, JobFilter& filter) {
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
    body.clear();
    JobFilter filter = filter_of(call);
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

}  // namespace

base::Error no_job(const std::string& id) {
  return admin_error(ErrorKind::not_found, "Job " + id + " not found.");
}

std::string status_asked_for(const AdminCall& call) {
  return upper(call.query("status"));
}

JobFilter filter_of(const AdminCall& call) {
  JobFilter filter;
  const bool all_projects = call.query("all_projects") == "true";
  for (const auto& [name, value] : call.request.query) {
    if (name == "limit" || name == "marker" || name == "all_projects") continue;
    if (name == "project_id" && !all_projects) continue;
    if (name != "type" && name != "status" && name != "pod_id" && name != "parent_id" && name != "project_id")
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
    filter.where += " AND " + name + " = ?";
    if (name == "parent_id" && !value.empty()) filter.where += " AND parent_id <> ''";  // the index holds no others
    filter.values.emplace_back(name == "status" ? upper(value) : value);
  }
  // As the original: the caller's own project, whatever project_id says, unless all are asked for.
  if (all_projects) return filter;
  filter.where += " AND project_id = ?";
  filter.values.emplace_back(call.caller.project_id());
  return filter;
}

http::Response handle_jobs(AdminCall& call) {
  if (!call.caller.admin()) throw admin_error(ErrorKind::forbidden, "Admin rights are required to work with jobs.");
  const std::string& method = call.request.method;
  const std::string id = call.id();
  const bool cancels = call.path.size() == 3 && call.path[2] == "cancel";
  if (cancels && method == "PUT") return cancel_job(call);
  if (call.path.size() > 2 && !cancels)
    throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  if (!cancels && method == "GET") {
    if (id.empty() || id == "detail") return list(call);
    if (id == "schemas") return schemas();
    json::object body;
    call.database.read([&](Connection& db) { body["job"] = find_job(db, id, call.now); });
    return json_response(200, body);
  }
  if (id.empty() && method == "POST") return create(call);
  if (!cancels && method == "PUT") return id.empty() ? redo_jobs(call) : redo_job(call);
  if (!cancels && !id.empty() && method == "DELETE") return erase_job(call);
  throw admin_error(ErrorKind::method_not_allowed, "Method " + method + " is not known here.");
}

}  // namespace tricircle::api
