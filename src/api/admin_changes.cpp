// /v1.0/changes: is my change everywhere yet? Its id came with the answer to the change (X-Tricircle-Change). Whoever
// may read the project's policies may ask; only admins are told the words of errors, which may tell of the inside of a
// pod. With ?wait the answer comes when enough pods have it, when no more will, or when the time is over.
#include "api/admin_support.hpp"
#include "xjob/changes.hpp"
#include "xjob/waits.hpp"

#include <algorithm>
#include <charconv>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;
using State = xjob::Followed::State;

constexpr std::int64_t kLongestWait = 600;  // seconds
constexpr std::int64_t kUsualWait = 30;
constexpr std::int64_t kMostListed = 200;  // each is counted over all of its pods
constexpr std::int64_t kUsuallyListed = 50;

// What is waited for: a share of the pods, or these regions.
struct Goal {
  std::int64_t percent = 100;
  std::vector<std::string> regions;
};

std::int64_t number_of(const std::string& text, const std::string& what, std::int64_t low, std::int64_t high) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    throw admin_error(ErrorKind::bad_request, what + " must be a whole number from " + std::to_string(low) + " to " +
                                                  std::to_string(high) + ".");
  return value;
}

void check_region(Connection& db, const std::string& region) {
  if (db.execute("SELECT pod_id FROM pods WHERE region_name = ?", {region}).empty())
    throw admin_error(ErrorKind::bad_request,
                      "wait must be all, a share such as 95%, or names of regions; there is no "
                      "region " +
                          region + ".");
}

Goal goal_of(Connection& db, const std::string& text) {
  if (text == "all") return {};
  if (text.ends_with('%')) return {number_of(text.substr(0, text.size() - 1), "The share of wait", 1, 100), {}};
  Goal goal;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    std::string region = text.substr(at, comma - at);
    at = comma + 1;
    // Once each: a long list costs no more queries than there are pods.
    if (std::ranges::find(goal.regions, region) != goal.regions.end()) continue;
    check_region(db, region);
    goal.regions.push_back(std::move(region));
  }
  return goal;
}

// A pod that the change does not concern has all there is to have of it.
bool holds(const Goal& goal, const xjob::Progress& progress) {
  if (progress.spreading) return false;
  if (goal.regions.empty())
    return progress.count(State::applied) * 100 >= progress.pods.size() * static_cast<std::size_t>(goal.percent);
  return std::ranges::none_of(progress.pods, [&](const xjob::Followed& pod) {
    return pod.state != State::applied && std::ranges::find(goal.regions, pod.region_name) != goal.regions.end();
  });
}

bool may_still_come(const xjob::Progress& progress) {
  return progress.spreading || progress.count(State::waiting) > 0;
}

const char* name_of(State state) {
  switch (state) {
    case State::applied:
      return "applied";
    case State::refused:
      return "refused";
    default:
      return "waiting";
  }
}

// Of the pods that have it, in microseconds from the change; null when none has.
json::object times(const xjob::Change& change, const xjob::Progress& progress) {
  std::vector<base::Micros> all;
  for (const xjob::Followed& pod : progress.pods) {
    if (pod.state == State::applied) all.push_back(pod.applied_at - change.created_at);
  }
  std::ranges::sort(all);
  const auto at = [&](std::size_t percent) {
    return all.empty() ? json::value(nullptr) : json::value(all[(all.size() * percent + 99) / 100 - 1]);
  };
  return {{"p50", at(50)}, {"p99", at(99)}, {"max", at(100)}};
}

json::object summary(const xjob::Change& change, const xjob::Progress& progress) {
  return {{"id", change.id},
          {"project_id", change.project_id},
          {"resource_type", change.resource_type},
          {"resource_id", change.resource_id},
          {"action", change.action},
          {"created_at", base::iso_time(change.created_at)},
          {"user_id", change.user_id},
          {"traceparent", change.traceparent.empty() ? json::value(nullptr) : json::value(change.traceparent)},
          {"spreading", progress.spreading},
          {"wanted", progress.pods.size()},
          {"applied", progress.count(State::applied)},
          {"waiting", progress.count(State::waiting)},
          {"refused", progress.count(State::refused)},
          {"time_to_apply", times(change, progress)}};
}

json::object shown(const xjob::Change& change, const xjob::Progress& progress, bool words) {
  json::array pods;
  for (const xjob::Followed& pod : progress.pods) {
    const bool applied = pod.state == State::applied;
    pods.push_back(json::object{
        {"pod_id", pod.pod_id},
        {"region_name", pod.region_name},
        {"state", name_of(pod.state)},
        {"why", words ? pod.why : std::string()},
        {"applied_at", applied ? json::value(base::iso_time(pod.applied_at)) : json::value(nullptr)},
        {"microseconds", applied ? json::value(pod.applied_at - change.created_at) : json::value(nullptr)}});
  }
  json::object one = summary(change, progress);
  one["pods"] = std::move(pods);
  return one;
}

// Who may not read it does not learn that it is there.
xjob::Change readable(Connection& db, const AdminCall& call) {
  const std::optional<xjob::Change> change = xjob::find_change(db, call.id());
  if (!change || (!call.caller.admin() && change->project_id != call.caller.project_id()))
    throw admin_error(ErrorKind::not_found, "Change " + call.id() + " not found.");
  return *change;
}

struct Look {
  json::object body;
  bool enough = false;
  xjob::Step step;
};

Look look(AdminCall& call) {
  Look seen;
  call.database.read([&](Connection& db) {
    const xjob::Change change = readable(db, call);
    seen.step = xjob::steps_of(db, {change.id}).front().second;
    const xjob::Progress progress = xjob::progress_of(db, change.id);
    json::object shown_change = shown(change, progress, call.caller.admin());
    const std::string wait = call.query("wait");
    if (!wait.empty()) {
      const bool held = holds(goal_of(db, wait), progress);
      shown_change["holds"] = held;
      seen.enough = held || !may_still_come(progress);
    }
    seen.body = json::object{{"change", std::move(shown_change)}};
  });
  return seen;
}

void check_query(const AdminCall& call) {
  for (const auto& [name, value] : call.request.query) {
    if (name != "wait" && name != "timeout")
      throw admin_error(ErrorKind::bad_request, "Unknown parameter " + name + ".");
  }
  if (call.query("wait").empty() && !call.query("timeout").empty())
    throw admin_error(ErrorKind::bad_request, "timeout is of use with wait only.");
}

RowFilter listed(Connection& db, const AdminCall& call) {
  RowFilter filter;
  for (const auto& [name, value] : call.request.query) {
    if (name == "resource_id" || name == "resource_type" || name == "project_id") {
      filter.add(name + " = ?", {value});
    } else if (name != "limit" && name != "marker") {
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
    }
  }
  if (!call.caller.admin()) filter.add("project_id = ?", {call.caller.project_id()});
  const std::string marker = call.query("marker");
  if (marker.empty()) return filter;
  const std::optional<xjob::Change> last = xjob::find_change(db, marker);
  if (!last) throw admin_error(ErrorKind::bad_request, "marker " + marker + " is no change.");
  filter.add("(created_at < ? OR (created_at = ? AND id < ?))", {last->created_at, last->created_at, marker});
  return filter;
}

// The newest first.
http::Response list(const AdminCall& call) {
  const std::int64_t limit = call.query("limit").empty() ? kUsuallyListed : std::min(page_limit(call), kMostListed);
  json::object body;
  call.database.read([&](Connection& db) {
    body.clear();
    const RowFilter filter = listed(db, call);
    std::vector<xjob::Change> changes = xjob::newest_changes(db, filter.where, filter.values, limit + 1);
    const bool more = changes.size() > static_cast<std::size_t>(limit);
    if (more) changes.pop_back();
    json::array shown_changes;
    for (const xjob::Change& change : changes)
      shown_changes.push_back(summary(change, xjob::progress_of(db, change.id)));
    if (more) body["changes_links"] = next_links(call, changes.back().id);
    body["changes"] = std::move(shown_changes);
  });
  return json_response(200, body);
}

// What is kept of a call while it waits: the call itself, with a request of its own.
struct Waiting {
  explicit Waiting(const AdminCall& call) : request(call.request), kept(call.of(request)) {}
  http::Request request;
  AdminCall kept;
  base::Micros until = 0;
  bool too_many = false;
};

http::Reply when_it_holds(const std::shared_ptr<Waiting>& waiting) {
  AdminCall& call = waiting->kept;
  Look seen = look(call);
  const bool over = call.waits == nullptr || waiting->too_many || call.clock.monotonic() >= waiting->until;
  if (seen.enough || over) return json_response(200, seen.body);
  return http::Pending{[waiting, step = seen.step](const std::function<void()>& done) {
                         // With too many waiting the caller has his answer at once, and may ask again.
                         waiting->too_many =
                             !waiting->kept.waits->until_it_goes_on(waiting->kept.id(), step, waiting->until, done);
                         if (waiting->too_many) done();
                       },
                       [waiting] { return when_it_holds(waiting); }};
}

}  // namespace

http::Reply handle_changes(AdminCall& call) {
  if (call.request.method != "GET") throw admin_error(ErrorKind::method_not_allowed, "Only GET is known here.");
  if (call.path.size() == 1) return list(call);
  if (call.path.size() != 2) throw nothing_at(call);
  check_query(call);
  if (call.query("wait").empty()) return json_response(200, look(call).body);
  const std::string timeout = call.query("timeout");
  const std::int64_t seconds = timeout.empty() ? kUsualWait : number_of(timeout, "timeout", 0, kLongestWait);
  const auto waiting = std::make_shared<Waiting>(call);
  waiting->until = call.clock.monotonic() + seconds * base::kSecond;
  return when_it_holds(waiting);
}

}  // namespace tricircle::api
