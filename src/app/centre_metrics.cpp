#include "app/centre_metrics.hpp"

#include "base/log.hpp"
#include "base/metric_names.hpp"
#include "engine/job_counts.hpp"

#include <optional>
#include <vector>

namespace tricircle::app {
namespace {

namespace metric = base::metric;

constexpr base::Micros kNotOftener = base::kSecond;
// A job's row shows its end only when it is committed, which a store that pauses may do later.
constexpr base::Micros kSettled = 3 * base::kSecond;

double seconds(base::Micros micros) {
  return static_cast<double>(micros) / 1e6;
}

double number(storage::Connection& db, std::string_view sql) {
  return static_cast<double>(db.execute(sql).front().integer("n"));
}

struct Ended {
  std::string type;
  std::string status;
  bool parent = false;
  base::Micros took = 0;
};

}  // namespace

CentreMetrics::CentreMetrics(storage::Database& database, const base::Clock& clock)
    : database_(database), clock_(clock), counted_until_(clock.now()) {}

// One looks, the others are told what was found last: a store that is away must not keep a thread for each who asks.
std::string CentreMetrics::text() {
  if (looking_.exchange(true)) return metrics_.text();
  const base::Micros now = clock_.monotonic();
  if (looked_at_ == 0 || now - looked_at_ >= kNotOftener) {
    looked_at_ = now;
    try {
      look(clock_.now());
      metrics_.set(metric::kStoreUp, {}, 1);
    } catch (const std::exception& error) {
      base::log::warn("metrics_not_read error=\"{}\"", error.what());
      metrics_.set(metric::kStoreUp, {}, 0);
    }
  }
  looking_ = false;
  return metrics_.text();
}

void CentreMetrics::look(base::Micros now) {
  database_.read([&](storage::Connection& db) {
    read_work(db, now);
    read_pods(db, now);
  });
  count_ended(now);
}

void CentreMetrics::read_work(storage::Connection& db, base::Micros now) {
  const engine::JobCounts jobs = engine::count_jobs(db);
  metrics_.set(metric::kJobsOpen, {}, static_cast<double>(jobs.open));
  metrics_.set(metric::kJobsFailed, {}, static_cast<double>(jobs.failed));
  metrics_.set(metric::kWorkers, {}, number(db, "SELECT count(*) AS n FROM workers"));
  metrics_.set(metric::kPolicies, {}, number(db, "SELECT count(*) AS n FROM qos_policies"));
  for (const base::Metric* one : {&metric::kLanesDue, &metric::kLanesRetrying, &metric::kLanesOldest})
    metrics_.forget(*one);
  // Of the pods' own objects: what is looked through again and again is always due at some time to come.
  const auto lanes = db.execute(
      "SELECT p.region_name, count(l.id) AS due, coalesce(sum(l.attempts > 0), 0) AS retrying, min(l.due_at) AS oldest "
      "FROM pods p LEFT JOIN lanes l ON l.worker = '' AND l.pod_id = p.pod_id AND l.due_at IS NOT NULL AND l.kind NOT "
      "IN ('audit', 'check') WHERE p.az_name <> '' GROUP BY p.region_name");
  for (const storage::Row& row : lanes.rows()) {
    const std::string region = row.text("region_name");
    const auto oldest = row.optional_integer("oldest");
    metrics_.set(metric::kLanesDue, {region}, static_cast<double>(row.integer("due")));
    metrics_.set(metric::kLanesRetrying, {region}, static_cast<double>(row.integer("retrying")));
    metrics_.set(metric::kLanesOldest, {region}, oldest && *oldest < now ? seconds(now - *oldest) : 0);
  }
}

void CentreMetrics::read_pods(storage::Connection& db, base::Micros now) {
  for (const base::Metric* one : {&metric::kCircuitOpen, &metric::kPodPaused, &metric::kDriftsOpen, &metric::kAuditAge})
    metrics_.forget(*one);
  const auto pods = db.execute(
      "SELECT p.region_name, coalesce(c.open, FALSE) AS open, x.id AS paused, a.ended_at, coalesce(d.n, 0) AS drifts "
      "FROM pods p LEFT JOIN circuits c ON c.pod_id = p.pod_id LEFT JOIN pauses x ON x.kind = 'pod' AND x.id = "
      "p.pod_id "
      "LEFT JOIN audits a ON a.pod_id = p.pod_id LEFT JOIN (SELECT pod_id, count(*) AS n FROM drifts WHERE ended_at IS "
      "NULL GROUP BY pod_id) AS d ON d.pod_id = p.pod_id WHERE p.az_name <> ''");
  for (const storage::Row& row : pods.rows()) {
    const std::string region = row.text("region_name");
    metrics_.set(metric::kCircuitOpen, {region}, row.boolean("open") ? 1 : 0);
    metrics_.set(metric::kPodPaused, {region}, row.is_null("paused") ? 0 : 1);
    metrics_.set(metric::kDriftsOpen, {region}, static_cast<double>(row.integer("drifts")));
    if (const auto ended = row.optional_integer("ended_at"))
      metrics_.set(metric::kAuditAge, {region}, seconds(now - *ended));
  }
}

void CentreMetrics::count_ended(base::Micros now) {
  const base::Micros until = now - kSettled;
  if (until <= counted_until_) return;
  std::vector<Ended> ended;
  database_.read([&](storage::Connection& db) {
    ended.clear();
    const auto jobs = db.execute(
        "SELECT type, status, parent, finished_at - created_at AS took FROM jobs WHERE status IN ('SUCCESS', 'FAIL') "
        "AND finished_at IS NOT NULL AND finished_at > ? AND finished_at <= ?",
        {counted_until_, until});
    for (const storage::Row& row : jobs.rows())
      ended.push_back({row.text("type"), row.text("status"), row.boolean("parent"), row.integer("took")});
  });
  counted_until_ = until;
  for (const Ended& job : ended) {
    metrics_.add(metric::kJobsEnded, {job.type, job.status});
    if (job.status == "SUCCESS" && !job.parent) metrics_.observe(metric::kConvergence, {job.type}, seconds(job.took));
  }
}

}  // namespace tricircle::app
