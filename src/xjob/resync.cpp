#include "xjob/resync.hpp"

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "storage/sql.hpp"
#include "xjob/audit.hpp"
#include "xjob/resync_apply.hpp"

#include <algorithm>

namespace tricircle::xjob {
namespace {

constexpr std::int64_t kKept = 20;         // of a pod, with their plans
constexpr std::size_t kItemsAWrite = 100;  // so that nobody waits long for the store

struct Asked {
  std::string id;
  bool apply = false;
  std::int64_t yes_delete = 0;
};
struct Situation {
  std::optional<remote::PodAddress> pod;
  std::optional<Asked> asked;
  PodRows rows;
};

Situation look(storage::Connection& db, const std::string& pod_id) {
  Situation now;
  now.pod = find_pod(db, pod_id);
  const auto found = db.execute(
      "SELECT id, apply, yes_delete FROM resyncs WHERE pod_id = ? AND ended_at IS NULL ORDER BY asked_at, id LIMIT 1",
      {pod_id});
  if (found.empty() || !now.pod) return now;
  const storage::Row& row = found.front();
  now.asked = Asked{row.text("id"), row.boolean("apply"), row.integer("yes_delete")};
  now.rows = read_pod_rows(db, pod_id);
  return now;
}

// An operator has taken back what he had asked for.
struct GivenUp {};

class ResyncRun {
 public:
  ResyncRun(Context& context, const engine::Lane& lane, Situation seen)
      : context_(context),
        lane_(lane),
        rows_(std::move(seen.rows)),
        asked_(*seen.asked),
        pod_(context.neutron(*seen.pod)) {}

  base::Awaitable<void> run() {
    std::exception_ptr failure;
    std::string words;
    bool given_up = false;
    try {
      co_await bring();
    } catch (const GivenUp&) {
      given_up = true;
    } catch (const engine::RunFailed& failed) {
      failure = std::current_exception();
      words = failed.what();
    }
    if (given_up)  // another may have been asked for
      co_await context_.write([&](storage::Connection& db) { engine::finish(db, lane_, context_.clock.now(), 0); });
    if (!failure) co_return;
    co_await context_.write([&](storage::Connection& db) {
      engine::confirm(db, lane_);
      db.execute("UPDATE resyncs SET error = ? WHERE id = ?", {words, asked_.id});
    });
    std::rethrow_exception(failure);
  }

 private:
  base::Awaitable<void> bring() {
    const Scan scan =
        co_await scan_pod(context_, pod_, recorded_copies(rows_),
                          [this](std::int64_t calls, std::int64_t looked) { return keep_progress(calls, looked); });
    base::fault_point("resync scanned");
    const ResyncPlan plan = co_await context_.read([&](storage::Connection& db) { return plan_now(db, scan); });
    const bool too_much = asked_.apply && plan.deletions() > asked_.yes_delete;
    co_await keep_plan(plan);
    if (asked_.apply && !too_much) co_await apply(plan);
    base::fault_point("before resync record");
    co_await record(plan, scan.calls, too_much);
  }

  // On the pool: a pod may have a hundred thousand ports.
  ResyncPlan plan_now(storage::Connection& db, const Scan& scan) const {
    ResyncPlan plan = plan_resync(scan, rows_);
    leave_to_others(db, plan);
    return plan;
  }

  base::Awaitable<void> keep_progress(std::int64_t calls, std::int64_t looked) {
    co_await context_.write([&](storage::Connection& db) {
      confirm(db);
      db.execute("UPDATE resyncs SET calls = ?, looked = ?, error = '' WHERE id = ?", {calls, looked, asked_.id});
    });
  }

  // A run before this one may have kept a plan that the world has left behind.
  base::Awaitable<void> keep_plan(const ResyncPlan& plan) {
    co_await context_.write([&](storage::Connection& db) {
      confirm(db);
      db.execute("DELETE FROM resync_items WHERE resync_id = ?", {asked_.id});
    });
    std::int64_t number = 0;
    co_await in_parts(plan, [&](storage::Connection& db, const ResyncItem& item) {
      storage::insert(db, "resync_items",
                      {{"resync_id", asked_.id},
                       {"number", ++number},
                       {"action", item.action},
                       {"resource_type", item.lane.kind},
                       {"central_id", item.lane.object_id},
                       {"local_id", item.local_id},
                       {"policy_id", item.policy_id},
                       {"found", item.found}});
    });
  }

  base::Awaitable<void> apply(const ResyncPlan& plan) {
    co_await in_parts(
        plan, [this](storage::Connection& db, const ResyncItem& item) { apply_item(db, item, context_.clock.now()); });
  }

  template <typename F>
  base::Awaitable<void> in_parts(const ResyncPlan& plan, F one) {
    for (std::size_t from = 0; from < plan.items.size(); from += kItemsAWrite) {
      co_await context_.write([&](storage::Connection& db) {
        confirm(db);
        const std::size_t to = std::min(from + kItemsAWrite, plan.items.size());
        for (std::size_t i = from; i < to; ++i) one(db, plan.items[i]);
      });
      context_.worker.hint();
    }
  }

  // What was under way is looked at by an audit from the start.
  base::Awaitable<void> record(const ResyncPlan& plan, std::int64_t calls, bool too_much) {
    const base::Micros now = context_.clock.now();
    const bool applied = asked_.apply && !too_much;
    const char* status = applied ? kApplied : too_much ? kTooMuch : kPlanned;
    std::string words;
    if (too_much) {
      words = "it would remove or take off " + std::to_string(plan.deletions()) + ", more than " +
              std::to_string(asked_.yes_delete);
    }
    co_await context_.write([&](storage::Connection& db) {
      confirm(db);
      db.execute(
          "UPDATE resyncs SET status = ?, error = ?, ended_at = ?, calls = ?, under_way = ?, items = ?, deletions = ? "
          "WHERE id = ?",
          {status, words, now, calls, plan.under_way, static_cast<std::int64_t>(plan.items.size()), plan.deletions(),
           asked_.id});
      if (applied) {
        db.execute("DELETE FROM audits WHERE pod_id = ? AND ended_at IS NULL", {lane_.key.pod_id});
        ask_for_audit(db, lane_.key.pod_id, now);
      }
      engine::finish(db, lane_, now, 0);  // another may have been asked for
    });
    base::log::info("resync_{} region={} items={} deletions={} under_way={}", status, pod_.pod().region_name,
                    plan.items.size(), plan.deletions(), plan.under_way);
    context_.worker.hint();
  }

  // Still ours to do, and still asked for.
  void confirm(storage::Connection& db) const {
    engine::confirm(db, lane_);
    if (db.execute("SELECT id FROM resyncs WHERE id = ?", {asked_.id}).empty()) throw GivenUp();
  }

  Context& context_;
  const engine::Lane& lane_;
  PodRows rows_;
  Asked asked_;
  remote::PodNeutron pod_;
};

base::Awaitable<void> end_without_resync(Context& context, const engine::Lane& lane, bool pod_gone) {
  co_await context.write([&](storage::Connection& db) {
    if (pod_gone) forget_resyncs(db, lane.key.pod_id);
    engine::finish(db, lane, std::nullopt, 0);
    engine::forget(db, lane.key);
  });
}

void forget_old(storage::Connection& db, const std::string& pod_id) {
  const auto old = db.execute(
      "SELECT id FROM resyncs WHERE pod_id = ? AND ended_at IS NOT NULL ORDER BY asked_at DESC, id LIMIT 1000 OFFSET ?",
      {pod_id, kKept});
  for (const storage::Row& row : old.rows()) {
    db.execute("DELETE FROM resync_items WHERE resync_id = ?", {row.text("id")});
    db.execute("DELETE FROM resyncs WHERE id = ?", {row.text("id")});
  }
}

}  // namespace

std::string ask_for_resync(storage::Connection& db, const std::string& pod_id, bool apply, std::int64_t yes_delete,
                           base::Micros now) {
  forget_old(db, pod_id);
  const std::string id = base::new_uuid();
  storage::insert(db, "resyncs",
                  {{"id", id},
                   {"pod_id", pod_id},
                   {"apply", std::int64_t{apply}},
                   {"yes_delete", yes_delete},
                   {"status", kWaiting},
                   {"error", ""},
                   {"asked_at", now}});
  engine::wake(db, {pod_id, kResyncLane, pod_id}, now, engine::Wake::fresh_wish);
  return id;
}

void forget_resyncs(storage::Connection& db, const std::string& pod_id) {
  db.execute("DELETE FROM resync_items WHERE resync_id IN (SELECT id FROM resyncs WHERE pod_id = ?)", {pod_id});
  db.execute("DELETE FROM resyncs WHERE pod_id = ?", {pod_id});
}

base::Awaitable<void> run_resync(Context& context, engine::Lane lane) {
  Situation now = co_await context.read([&](storage::Connection& db) { return look(db, lane.key.pod_id); });
  if (!now.asked || now.pod->neutron_url.empty()) co_return co_await end_without_resync(context, lane, !now.pod);
  ResyncRun run(context, lane, std::move(now));
  co_await run.run();
}

}  // namespace tricircle::xjob
