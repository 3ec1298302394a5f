#include "xjob/audit.hpp"

#include "base/fault.hpp"
#include "base/random.hpp"
#include "engine/job.hpp"
#include "storage/sql.hpp"
#include "xjob/audit_page.hpp"
#include "xjob/drift.hpp"
#include "xjob/unused_copy.hpp"

#include <algorithm>
#include <array>

namespace tricircle::xjob {
namespace {

constexpr std::array<const char*, 3> kKinds = {kPolicyLane, kNetwork, kPort};

// The pod's row in table audits.
struct Audit {
  std::string kind = kPolicyLane;  // '' = over
  std::string last_id;
  base::Micros started_at = 0;
  std::int64_t calls = 0;
  std::int64_t looked = 0;
  std::int64_t found = 0;
};

struct Situation {
  std::optional<remote::PodAddress> pod;
  Audit audit;
  std::vector<Audited> page;
};

std::optional<Audit> under_way(storage::Connection& db, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT kind, last_id, started_at, calls, looked, found FROM audits WHERE pod_id = ? AND ended_at IS NULL",
      {pod_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  return Audit{row.text("kind"),     row.text("last_id"),   row.integer("started_at"),
               row.integer("calls"), row.integer("looked"), row.integer("found")};
}

// The kind that is looked at after this one; '' = the audit is over.
std::string after_kind(const std::string& kind) {
  const auto at = std::ranges::find(kKinds, kind);
  return at == kKinds.end() || at + 1 == kKinds.end() ? std::string() : *(at + 1);
}

// The next page that has something on it, from where the audit stands.
Situation look(storage::Connection& db, const std::string& pod_id, base::Micros now) {
  Situation seen{find_pod(db, pod_id), under_way(db, pod_id).value_or(Audit{kPolicyLane, "", now, 0, 0, 0}), {}};
  while (!seen.audit.kind.empty()) {
    seen.page = audited_after(db, pod_id, seen.audit.kind, seen.audit.last_id);
    if (!seen.page.empty()) break;
    seen.audit.kind = after_kind(seen.audit.kind);
    seen.audit.last_id.clear();
  }
  return seen;
}

// Where the audit stands after this page.
void advance(Audit& audit, const std::vector<Audited>& page) {
  audit.looked += static_cast<std::int64_t>(page.size());
  if (page.size() == kAuditPage) {
    audit.last_id = page.back().lane.object_id;
  } else if (!audit.kind.empty()) {
    audit.kind = after_kind(audit.kind);
    audit.last_id.clear();
  }
}

void save(storage::Connection& db, const std::string& pod_id, const Audit& audit, std::optional<base::Micros> ended) {
  storage::insert_if_absent(db, "audits",
                            {{"pod_id", pod_id},
                             {"kind", ""},
                             {"last_id", ""},
                             {"started_at", audit.started_at},
                             {"calls", std::int64_t{0}},
                             {"looked", std::int64_t{0}},
                             {"found", std::int64_t{0}}});
  const storage::Value end = ended ? storage::Value{*ended} : storage::Value{};
  db.execute(
      "UPDATE audits SET ended = ended + ?, kind = ?, last_id = ?, started_at = ?, ended_at = ?, calls = ?, looked = "
      "?, "
      "found = ? WHERE pod_id = ?",
      {std::int64_t{ended.has_value()}, audit.kind, audit.last_id, audit.started_at, end, audit.calls, audit.looked,
       audit.found, pod_id});
}

// So that the pods of a cloud do not all come at once: nine to eleven tenths of the interval.
std::optional<base::Micros> next_audit(const Context& context, base::Micros now) {
  const base::Micros interval = context.upkeep.audit_interval;
  if (interval <= 0) return std::nullopt;
  return now + interval * 9 / 10 + base::random_between(0, interval / 5);
}

base::Awaitable<void> end_without_pod(Context& context, const engine::Lane& lane) {
  co_await context.write([&](storage::Connection& db) {
    forget_audits(db, lane.key.pod_id);
    engine::finish(db, lane, std::nullopt, 0);
    engine::forget(db, lane.key);
  });
}

base::Awaitable<void> end_audit(Context& context, const engine::Lane& lane, Audit audit) {
  co_await tend_unused_copies(context, lane.key.pod_id);
  const base::Micros now = context.clock.now();
  const base::Micros kept = context.worker.options().job_retention;
  co_await context.write([&](storage::Connection& db) {
    save(db, lane.key.pod_id, audit, now);
    end_stale_drifts(db, lane.key.pod_id, now);
    if (kept > 0) forget_old_drifts(db, lane.key.pod_id, now - kept);
    engine::finish(db, lane, next_audit(context, now), 0);
  });
  context.worker.hint();
}

}  // namespace

void ask_for_audit(storage::Connection& db, const std::string& pod_id, base::Micros now) {
  engine::wake(db, {pod_id, kAuditLane, pod_id}, now, engine::Wake::fresh_wish, engine::Priority::upkeep);
}

void forget_audits(storage::Connection& db, const std::string& pod_id) {
  db.execute("DELETE FROM audits WHERE pod_id = ?", {pod_id});
  db.execute("DELETE FROM drifts WHERE pod_id = ?", {pod_id});
}

base::Awaitable<void> run_audit(Context& context, engine::Lane lane) {
  Situation seen =
      co_await context.read([&](storage::Connection& db) { return look(db, lane.key.pod_id, context.clock.now()); });
  if (!seen.pod || seen.pod->neutron_url.empty()) co_return co_await end_without_pod(context, lane);
  if (seen.page.empty()) co_return co_await end_audit(context, lane, seen.audit);
  remote::PodNeutron pod = context.neutron(*seen.pod);
  const PageSeen page = co_await see_page(context, pod, seen.page);
  base::fault_point("audit page seen");
  const base::Micros now = context.clock.now();
  const Audit before = seen.audit;
  co_await context.write([&](storage::Connection& db) {
    Audit audit = before;
    audit.calls += page.calls;
    audit.found += keep_findings(db, page, seen.pod->region_name, now);
    advance(audit, seen.page);
    save(db, lane.key.pod_id, audit, std::nullopt);
    engine::finish(db, lane, now + context.upkeep.audit_pause, 0);
  });
  context.worker.hint();
}

}  // namespace tricircle::xjob
