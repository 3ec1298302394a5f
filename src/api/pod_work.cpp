#include "api/pod_work.hpp"

#include <algorithm>
#include <vector>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using storage::Connection;

// Jobs have no index by pod: the newest of all are looked through.
constexpr std::int64_t kLookedThrough = 2000;
constexpr std::int64_t kRuns = 50;

json::value last_runs(Connection& db, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT finished_at - started_at AS took FROM (SELECT seq, pod_id, started_at, finished_at FROM jobs ORDER BY "
      "seq "
      "DESC LIMIT ?) AS newest WHERE pod_id = ? AND finished_at IS NOT NULL AND started_at IS NOT NULL ORDER BY seq "
      "DESC LIMIT ?",
      {kLookedThrough, pod_id, kRuns});
  std::vector<std::int64_t> took;
  for (const storage::Row& row : found.rows()) took.push_back(row.integer("took"));
  if (took.empty()) return nullptr;
  std::ranges::sort(took);
  const auto ms = [](std::int64_t micros) { return static_cast<double>(micros) / 1000; };
  return json::object{{"of", took.size()}, {"p50_ms", ms(took[took.size() / 2])}, {"max_ms", ms(took.back())}};
}

}  // namespace

json::object shown_work(Connection& db, const std::string& pod_id, base::Micros now) {
  json::object work{{"failures", 0}, {"last_error", ""}, {"since", nullptr}};
  const auto circuit = db.execute("SELECT open, failures, last_error, since FROM circuits WHERE pod_id = ?", {pod_id});
  if (!circuit.empty()) {
    const storage::Row& row = circuit.front();
    work["failures"] = row.integer("failures");
    work["last_error"] = row.text("last_error");
    work["since"] = base::iso_time(row.integer("since"));
  }
  const auto queue = db.execute(
      "SELECT coalesce(sum(worker = '' AND due_at IS NOT NULL), 0) AS due, coalesce(sum(worker <> ''), 0) AS running, "
      "min(CASE WHEN worker = '' THEN due_at END) AS oldest FROM lanes WHERE pod_id = ? AND kind NOT IN ('audit', "
      "'check')",
      {pod_id});
  const storage::Row& row = queue.front();
  const auto oldest = row.optional_integer("oldest");
  work["due"] = row.integer("due");
  work["running"] = row.integer("running");
  work["oldest_due_seconds"] = oldest ? json::value(std::max<base::Micros>(now - *oldest, 0) / base::kSecond) : nullptr;
  work["last_runs"] = last_runs(db, pod_id);
  return work;
}

}  // namespace tricircle::api
