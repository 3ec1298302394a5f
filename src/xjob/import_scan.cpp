#include "xjob/import_scan.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"
#include "storage/sql.hpp"
#include "xjob/copies.hpp"
#include "xjob/import_plan.hpp"
#include "xjob/import_seen.hpp"

#include <algorithm>
#include <span>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using engine::RunFailed;

constexpr std::size_t kItemsAWrite = 200;  // so that nobody waits long for the store

struct Stage {
  const char* type;
  const char* path;
  const char* collection;
  const char* filter;       // by which networks are chosen
  const char* more;         // of the query
  std::size_t page;         // what a Neutron shows well within a call's deadline
  bool networks, policies;  // for which imports
};
constexpr Stage kStages[] = {
    {kPolicy, "/v2.0/qos/policies", "policies", "", "", 100, false, true},
    {kRbac, "/v2.0/rbac-policies", "rbac_policies", "", "&object_type=qos_policy", 500, false, true},
    {kNetwork, "/v2.0/networks", "networks", "id", "", 500, true, true},
    {kSubnet, "/v2.0/subnets", "subnets", "network_id", "", 500, true, false},
    {kPort, "/v2.0/ports", "ports", "network_id", "", 500, true, true},
};

struct Asked {
  std::string id;
  bool networks = false;
  bool policies = false;
  bool plans = false;  // this pod's run is to make the plan
  std::vector<std::string> chosen;
  std::string stage;
  std::string marker;
};
struct Situation {
  std::optional<remote::PodAddress> pod;
  std::optional<Asked> asked;
};

const Stage* find_stage(const std::string& type) {
  const auto* found = std::ranges::find(kStages, type, [](const Stage& stage) { return std::string(stage.type); });
  return found == std::end(kStages) ? nullptr : found;
}

// '' = all are seen.
std::string after(const Stage& stage, bool networks, bool policies) {
  const auto rest = std::span(kStages).subspan(static_cast<std::size_t>(&stage - kStages) + 1);
  const auto next = std::ranges::find_if(
      rest, [&](const Stage& one) { return (networks && one.networks) || (policies && one.policies); });
  return next == rest.end() ? "" : next->type;
}

Situation look(Connection& db, const std::string& pod_id) {
  Situation now;
  now.pod = find_pod(db, pod_id);
  const auto found = db.execute(
      "SELECT i.id, i.networks, i.policies, i.chosen, i.planner, p.stage, p.marker FROM import_pods p JOIN imports i "
      "ON i.id = p.import_id WHERE p.pod_id = ? AND i.status = ? AND (p.stage <> '' OR i.planner = ?) ORDER BY "
      "i.asked_at, i.id LIMIT 1",
      {pod_id, kScanning, pod_id});
  if (found.empty() || !now.pod) return now;
  const storage::Row& row = found.front();
  now.asked =
      Asked{row.text("id"),    row.boolean("networks"), row.boolean("policies"), row.text("planner") == pod_id, {},
            row.text("stage"), row.text("marker")};
  const json::value chosen = json::parse(row.text("chosen"));
  for (const json::value& id : chosen.as_array()) now.asked->chosen.push_back(json::value_to<std::string>(id));
  return now;
}

// An operator has taken back what he had asked for.
struct GivenUp {};

class ImportRun {
 public:
  ImportRun(Context& context, const engine::Lane& lane, Situation seen)
      : context_(context), lane_(lane), asked_(std::move(*seen.asked)), pod_(context.neutron(*seen.pod)) {}

  base::Awaitable<void> run() {
    std::exception_ptr failure;
    std::string words;
    try {
      while (!asked_.stage.empty()) co_await see_page();
      if (asked_.plans) co_await plan();
    } catch (const GivenUp&) {  // another may have been asked for
    } catch (const engine::RunFailed& failed) {
      failure = std::current_exception();
      words = failed.what();
    }
    co_await context_.write([&](Connection& db) {
      if (failure) return keep_words(db, words);
      engine::finish(db, lane_, context_.clock.now(), 0);
    });
    if (failure) std::rethrow_exception(failure);
    context_.worker.hint();
  }

 private:
  // A page that is not full says nothing about the next: the last is one that brings nothing new.
  base::Awaitable<void> see_page() {
    const Stage& stage = *find_stage(asked_.stage);
    const bool whole = asked_.networks;
    remote::Listed list{stage.path, fields_of(stage.type, whole), stage.filter, asked_.chosen, stage.more};
    if (list.filter.empty()) list.among.clear();
    list.sorted = stage.type != std::string_view(kRbac);
    const remote::Answer answer = co_await pod_.page_of(std::move(list), asked_.marker, stage.page);
    context_.check_answer(answer, false);
    const bool no_such_list = answer.is(404) && stage.type == std::string_view(kRbac);  // an extension it lacks
    const json::object* body = answer.body.if_object();
    const json::value* shown = body == nullptr ? nullptr : body->if_contains(stage.collection);
    if (!no_such_list && (!answer.is(200) || shown == nullptr || !shown->is_array()))
      throw RunFailed(RunFailed::Why::again,
                      std::string("the pod did not list its ") + stage.collection + ": " + answer.words);
    std::vector<SeenObjectRow> rows;
    if (!no_such_list)
      rows = co_await context_.runtime.blocking(
          [shown, &stage, whole] { return rows_of(shown->get_array(), stage.type, whole); });
    co_await keep(stage, rows);
    base::fault_point("import page kept");
  }

  static std::vector<SeenObjectRow> rows_of(const json::array& list, const std::string& type, bool whole) {
    std::vector<SeenObjectRow> rows;
    for (const json::value& one : list) {
      if (one.is_object()) rows.push_back(seen_row(type, one.get_object(), whole));
    }
    std::erase_if(rows, [](const SeenObjectRow& row) { return row.local_id.empty(); });
    return rows;
  }

  base::Awaitable<void> keep(const Stage& stage, const std::vector<SeenObjectRow>& rows) {
    std::string marker;
    std::string next;
    bool plans = false;
    co_await context_.write([&](Connection& db) {
      confirm(db);
      marker = asked_.marker;
      next = asked_.stage;
      plans = false;
      std::int64_t news = 0;
      for (const SeenObjectRow& row : rows) news += std::int64_t{insert(db, row)};
      if (news > 0) {
        marker = rows.back().local_id;
      } else {
        marker.clear();
        next = after(stage, asked_.networks, asked_.policies);
      }
      db.execute(
          "UPDATE import_pods SET stage = ?, marker = ?, calls = calls + 1, looked = looked + ?, error = '' WHERE "
          "import_id = ? AND pod_id = ?",
          {next, marker, news, asked_.id, lane_.key.pod_id});
      if (next.empty()) plans = takes_the_plan(db);
    });
    asked_.marker = marker;
    asked_.stage = next;
    asked_.plans = plans;
  }

  bool insert(Connection& db, const SeenObjectRow& row) const {
    return storage::insert_if_absent(db, "import_objects",
                                     {{"import_id", asked_.id},
                                      {"pod_id", lane_.key.pod_id},
                                      {"resource_type", row.type},
                                      {"local_id", row.local_id},
                                      {"name", row.name},
                                      {"network_id", row.network_id},
                                      {"policy_id", row.policy_id},
                                      {"detail", row.detail},
                                      {"content", row.content},
                                      {"fault", row.fault}});
  }

  // Whoever has seen the last of the pods makes the plan; they meet on the import's row.
  bool takes_the_plan(Connection& db) const {
    db.execute("UPDATE imports SET met = met + 1 WHERE id = ?", {asked_.id});
    const auto unseen =
        db.execute("SELECT pod_id FROM import_pods WHERE import_id = ? AND stage <> '' LIMIT 1", {asked_.id});
    if (!unseen.empty()) return false;
    db.execute("UPDATE imports SET planner = ? WHERE id = ?", {lane_.key.pod_id, asked_.id});
    return true;
  }

  base::Awaitable<void> plan() {
    base::fault_point("import scanned");
    const std::string id = asked_.id;
    const std::vector<ImportItem> items = co_await context_.read([&](Connection& db) { return plan_import(db, id); });
    co_await context_.write([&](Connection& db) {
      confirm(db);
      db.execute("DELETE FROM import_items WHERE import_id = ?", {asked_.id});
    });
    for (std::size_t from = 0; from < items.size(); from += kItemsAWrite) {
      const auto part = std::span(items).subspan(from, std::min(kItemsAWrite, items.size() - from));
      co_await context_.write([&](Connection& db) {
        confirm(db);
        auto number = static_cast<std::int64_t>(from);
        for (const ImportItem& item : part) keep_item(db, asked_.id, ++number, item);
      });
    }
    co_await context_.write([&](Connection& db) {
      confirm(db);
      db.execute("UPDATE imports SET status = ?, planned_at = ? WHERE id = ?",
                 {kImportPlanned, context_.clock.now(), asked_.id});
    });
    base::log::info("import_planned import={} items={}", asked_.id, items.size());
  }

  void keep_words(Connection& db, const std::string& words) const {
    engine::confirm(db, lane_);
    db.execute("UPDATE import_pods SET error = ? WHERE import_id = ? AND pod_id = ?",
               {words, asked_.id, lane_.key.pod_id});
  }

  // Still ours to do, and still asked for.
  void confirm(Connection& db) const {
    engine::confirm(db, lane_);
    if (db.execute("SELECT id FROM imports WHERE id = ?", {asked_.id}).empty()) throw GivenUp();
  }

  Context& context_;
  const engine::Lane& lane_;
  Asked asked_;
  remote::PodNeutron pod_;
};

base::Awaitable<void> end_without_import(Context& context, const engine::Lane& lane) {
  co_await context.write([&](Connection& db) {
    engine::finish(db, lane, std::nullopt, 0);
    engine::forget(db, lane.key);
  });
}

}  // namespace

std::string first_stage(bool policies) {
  return policies ? kPolicy : kNetwork;
}

base::Awaitable<void> run_import(Context& context, engine::Lane lane) {
  Situation now = co_await context.read([&](Connection& db) { return look(db, lane.key.pod_id); });
  if (!now.asked || now.pod->neutron_url.empty()) co_return co_await end_without_import(context, lane);
  ImportRun run(context, lane, std::move(now));
  co_await run.run();
}

}  // namespace tricircle::xjob
