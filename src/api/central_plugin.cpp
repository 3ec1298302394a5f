#include "api/central_plugin.hpp"

#include "api/reports.hpp"
#include "base/log.hpp"
#include "base/trace.hpp"
#include "domain/errors.hpp"
#include "xjob/changes.hpp"
#include "xjob/intents.hpp"
#include "xjob/placements.hpp"
#include "xjob/policy_versions.hpp"

#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;

std::string text(const domain::Record* record, std::string_view name) {
  const json::value* value = record == nullptr ? nullptr : record->if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

bool is_object(const domain::Resource& resource) {
  return resource.name == xjob::kNetwork || resource.name == xjob::kPort;
}

using HeldRelease = std::shared_ptr<xjob::Release>;

// What is kept of a call from one run to the next.
struct Note {
  HeldRelease release;  // what the pods have done already
  std::string change_id;
};

Note& note_of(Call& call) {
  if (!call.note.has_value()) call.note = Note();
  return *std::any_cast<Note>(&call.note);
}

HeldRelease held(Call& call) {
  return note_of(call).release;
}

// Rules are told by their policy's rows, and so are associations by those of networks and ports.
xjob::Change told(const Call& call, const Change& change, const std::string& id, base::Micros now) {
  const domain::Record* row = change.after == nullptr ? change.before : change.after;
  const char* action = change.verb == Verb::created ? "created" : change.verb == Verb::updated ? "updated" : "deleted";
  const std::string trace = call.request.header("traceparent");
  return {id,
          change.project_id,
          std::string(change.resource.name),
          text(row, "id"),
          action,
          now,
          call.caller.credentials.user_id,
          base::is_traceparent(trace) ? trace : std::string()};
}

// What XJob has made in pods by itself follows, and new networks are made there.
void follow_in_placements(storage::Connection& db, const Change& change, base::Micros now) {
  const domain::Record* row = change.after == nullptr ? change.before : change.after;
  const std::string_view name = change.resource.name;
  if (name == xjob::kNetwork && change.verb == Verb::created) return xjob::place_by_hints(db, *row, now);
  if (name == xjob::kSubnet) return xjob::placed_object_changed(db, xjob::kNetwork, text(row, "network_id"), now);
  if (!is_object(change.resource) || change.verb == Verb::created) return;
  xjob::placed_object_changed(db, std::string(name), text(row, "id"), now);
}

// A change that pods may have to follow, or that another may refer to: of policies and rules, and of what bears them.
bool concerns_pods(const Change& change) {
  if (!is_object(change.resource) || change.verb == Verb::deleted) return true;
  return text(change.before, "qos_policy_id") != text(change.after, "qos_policy_id");
}

}  // namespace

std::optional<domain::Record> CentralPlugin::adopts(storage::Connection& db, Call& call,
                                                    const domain::Resource& resource, const domain::Record& wanted) {
  if (resource.name != xjob::kPort || !tells_of_local_port(wanted)) return std::nullopt;
  const std::string region = reporting_region(call, &wanted);
  if (region.empty()) return std::nullopt;
  return adopt_port(db, wanted, region, clock_.now());
}

void CentralPlugin::before_create(storage::Connection& db, Call& call, const domain::Resource& resource,
                                  domain::Record& wanted) {
  if (resource.name != xjob::kPort) return;
  const std::string region = reporting_region(call, &wanted);
  if (region.empty()) return;
  wanted["made_for"] = pod_of_region(db, region);
  wanted["binding:profile"] = json::object{};
}

bool CentralPlugin::takes_over(storage::Connection& db, Call& call, Verb verb, const domain::Resource& resource,
                               const domain::Record& before, const domain::Record* given) {
  // A transaction may be run again, and what its first run recorded is undone.
  if (const HeldRelease release = held(call)) release->recorded = false;
  note_of(call).change_id.clear();
  if (!is_object(resource)) return false;
  const std::string region = reporting_region(call, given);
  if (region.empty()) return false;
  if (verb == Verb::deleted) {
    take_delete(db, resource, before, region);
  } else {
    take_report(db, before, *given, region, clock_.now());
  }
  return true;
}

void CentralPlugin::changed(storage::Connection& db, Call& call, const Change& change) {
  const std::string_view name = change.resource.name;
  const bool rule = name.ends_with("_rule");
  const bool policy = name == domain::policy_resource().name;
  follow_in_placements(db, change, clock_.now());
  if (!rule && !policy && !is_object(change.resource)) return;
  const engine::Cause cause = cause_of(db, call, change);
  if (name == xjob::kNetwork) {
    association_changed(db, xjob::kNetwork, change, cause);
  } else if (name == xjob::kPort) {
    port_changed(db, call, change, cause);
  } else if (policy) {
    policy_changed(db, change, cause);
    if (change.after != nullptr) xjob::keep_version(db, text(change.after, "id"), cause);
  } else {
    const domain::Record* row = change.after == nullptr ? change.before : change.after;
    xjob::rules_changed(db, text(row, "qos_policy_id"), change.project_id, cause);
    xjob::keep_version(db, text(row, "qos_policy_id"), cause);
  }
}

// The request's own id names the change: it is the same in each run of the call.
engine::Cause CentralPlugin::cause_of(storage::Connection& db, Call& call, const Change& change) const {
  const base::Micros now = clock_.now();
  if (!concerns_pods(change)) return now;
  std::string id = call.request.id;
  if (id.starts_with("req-")) id.erase(0, 4);
  if (id.empty()) return now;
  xjob::keep_change(db, told(call, change, id, now));
  note_of(call).change_id = id;
  return {now, id};
}

void CentralPlugin::answered(Call& call, http::Response& response) {
  const std::string& id = note_of(call).change_id;
  if (!id.empty()) response.headers["X-Tricircle-Change"] = id;
}

void CentralPlugin::port_changed(storage::Connection& db, Call& call, const Change& change,
                                 const engine::Cause& cause) {
  const bool taken_off = change.verb == Verb::updated && text(change.after, "qos_policy_id").empty() &&
                         !text(change.before, "qos_policy_id").empty();
  if (taken_off && options_.release_ports_synchronously && release_port(db, call, text(change.after, "id"))) return;
  association_changed(db, xjob::kPort, change, cause);
}

void CentralPlugin::association_changed(storage::Connection& db, const std::string& type, const Change& change,
                                        const engine::Cause& cause) {
  if (change.verb == Verb::deleted) {
    xjob::object_deleted(db, type, text(change.before, "id"), change.project_id, cause);
  } else if (text(change.before, "qos_policy_id") != text(change.after, "qos_policy_id")) {
    xjob::association_changed(db, type, text(change.after, "id"), text(change.after, "qos_policy_id"),
                              change.project_id, cause);
  }
}

void CentralPlugin::policy_changed(storage::Connection& db, const Change& change, const engine::Cause& cause) {
  if (change.verb == Verb::created) return;
  if (change.verb == Verb::deleted)
    return xjob::policy_deleted(db, text(change.before, "id"), change.project_id, cause);
  for (const domain::Attribute& attribute : change.resource.attributes) {
    if ((attribute.can & domain::kCopied) == 0) continue;
    if (change.before->at(attribute.name) == change.after->at(attribute.name)) continue;
    return xjob::policy_changed(db, text(change.after, "id"), change.project_id, cause);
  }
}

bool CentralPlugin::release_port(storage::Connection& db, Call& call, const std::string& port_id) {
  if (const HeldRelease release = held(call)) {
    db.execute("UPDATE ports SET intent = intent + 1 WHERE id = ?", {port_id});
    const std::int64_t intent =
        db.execute("SELECT intent FROM ports WHERE id = ?", {port_id}).front().integer("intent");
    try {
      xjob::PortReleaser::commit(db, *release, intent, clock_.now());
    } catch (const engine::LeaseLost&) {
      // Whoever has taken the port over puts back what was let go: the centre has changed nothing.
      throw domain::pod_unavailable("of the port", "the centre was too slow and has lost its hold of the port");
    }
    return true;
  }
  if (xjob::pods_to_release(db, port_id).empty()) return false;
  throw Deferred{[this, &call, port_id](const Deferred::Resume& resume) -> http::Reply {
    return http::Pending{[this, &call, port_id](const std::function<void()>& done) {
                           releaser_.start(port_id, [&call, done](HeldRelease release) {
                             note_of(call).release = std::move(release);
                             done();
                           });
                         },
                         [&call, resume]() -> http::Reply {
                           const HeldRelease release = held(call);
                           if (release->failed_region.empty()) return resume();
                           const std::string region = release->failed_region;
                           const std::string why = release->error;
                           call.note.reset();
                           throw domain::pod_unavailable(region, why);
                         }};
  }};
}

void CentralPlugin::committed(Call& call) {
  // Who changed what, for people; when each pod had it is told by the change itself (/v1.0/changes).
  if (const std::string& id = note_of(call).change_id; !id.empty())
    base::log::info("changed change={} user={} project={} method={} path={}", id, call.caller.credentials.user_id,
                    call.caller.project_id(), call.request.method, call.request.path);
  // The port had changed meanwhile and nothing was there to take off: the lanes go back all the same.
  if (const HeldRelease release = held(call); release && !release->recorded) releaser_.abandon(*release);
  call.note.reset();
  committed_();
}

void CentralPlugin::failed(Call& call) noexcept {
  if (const HeldRelease release = held(call)) releaser_.abandon(*release);
  call.note.reset();
}

}  // namespace tricircle::api
