// GET /v1.0/status: on one screen, what is not as the centre wants it, and why. Admins see pods and all projects;
// others what belongs to theirs, without the words of errors.
#include "api/admin_states.hpp"
#include "engine/job_counts.hpp"

#include <algorithm>

#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using storage::Connection;

constexpr std::int64_t kUsuallyShown = 20;

struct PodRow {
  const storage::Row& row;
  base::Micros now;

  std::string state() const {
    if (row.boolean("leaving")) return "leaving";
    if (!row.is_null("paused_since")) return "paused";
    if (row.boolean("open")) return "silent";
    return row.integer("not_before") > now ? "left alone" : "answers";
  }

  std::string why() const {
    if (row.boolean("open")) return row.text("last_error");
    if (row.integer("not_before") > now) return "it asked for that until " + base::iso_time(row.integer("not_before"));
    return "";
  }
};

json::array pods(Connection& db, base::Micros now) {
  const auto found = db.execute(
      "SELECT p.pod_id, p.region_name, p.leaving, coalesce(c.open, FALSE) AS open, c.last_error, c.not_before, x.since "
      "AS "
      "paused_since, coalesce(w.due, 0) AS due, coalesce(w.retrying, 0) AS retrying, w.oldest FROM pods p LEFT JOIN "
      "circuits c ON c.pod_id = p.pod_id LEFT JOIN pauses x ON x.kind = 'pod' AND x.id = p.pod_id LEFT JOIN (SELECT "
      "pod_id, count(*) AS due, sum(attempts > 0) AS retrying, min(due_at) AS oldest FROM lanes WHERE worker = '' AND "
      "due_at IS NOT NULL AND kind NOT IN ('audit', 'check') GROUP BY pod_id) AS w ON w.pod_id = p.pod_id WHERE "
      "p.az_name <> '' ORDER BY p.region_name");
  json::array shown;
  for (const storage::Row& row : found.rows()) {
    const PodRow pod{row, now};
    const auto oldest = row.optional_integer("oldest");
    shown.push_back(json::object{
        {"pod_id", row.text("pod_id")},
        {"region_name", row.text("region_name")},
        {"state", pod.state()},
        {"due", row.integer("due")},
        {"retrying", row.integer("retrying")},
        {"oldest_due_seconds",
         oldest ? json::value(std::max<base::Micros>(now - *oldest, 0) / base::kSecond) : json::value(nullptr)},
        {"why", pod.why()}});
  }
  return shown;
}

std::int64_t count(Connection& db, std::string_view sql) {
  return db.execute(sql).front().integer("n");
}

// What an admin sees beside it.
void add_work(Connection& db, json::object& status, base::Micros now) {
  status["pods"] = pods(db, now);
  const engine::JobCounts jobs = engine::count_jobs(db);
  status["jobs_open"] = jobs.open;
  status["jobs_failed"] = jobs.failed;
  status["drifts_open"] = count(db, "SELECT count(*) AS n FROM drifts WHERE ended_at IS NULL");
  status["workers"] = count(db, "SELECT count(*) AS n FROM workers");
}

// The names that people know them by.
void name_policies(Connection& db, json::array& rows) {
  for (json::value& value : rows) {
    json::object& row = value.as_object();
    const json::value* id = row.if_contains("wanted_policy_id");
    if (id == nullptr || id->is_null()) id = row.if_contains("policy_id");
    row["policy_name"] = nullptr;
    if (id == nullptr || !id->is_string()) continue;
    const auto found = db.execute("SELECT name FROM qos_policies WHERE id = ?", {json::value_to<std::string>(*id)});
    if (!found.empty()) row["policy_name"] = found.front().text("name");
  }
}

}  // namespace

http::Response handle_status(AdminCall& call) {
  if (call.request.method != "GET") throw unknown_method(call);
  if (call.path.size() > 1) throw nothing_at(call);
  const std::int64_t limit = call.query("limit").empty() ? kUsuallyShown : page_limit(call);
  json::object status;
  call.database.read([&](Connection& db) {
    status.clear();
    RowFilter behind;
    behind.add("state <> 'in_sync'", {});
    if (!call.caller.admin()) behind.add("project_id = ?", {call.caller.project_id()});
    status["copies"] = shown_copies(db, behind, call.caller.admin(), limit);
    status["bindings"] = shown_bindings(db, std::move(behind), call.caller.admin(), limit);
    for (const char* list : {"copies", "bindings"}) name_policies(db, status[list].as_array());
    if (call.caller.admin()) add_work(db, status, call.now);
  });
  return json_response(200, json::object{{"status", std::move(status)}});
}

}  // namespace tricircle::api
