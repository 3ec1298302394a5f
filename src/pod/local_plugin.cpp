#include "pod/local_plugin.hpp"

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "pod/fetched.hpp"
#include "pod/outbox.hpp"

#include <set>

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::pod {
namespace {

namespace json = boost::json;
using api::Call;
using api::Verb;

// How long a port may stay half made: at the centre, not yet here.
constexpr base::Micros kCompletion = 60 * base::kSecond;

// What a call remembers between its runs.
struct Notes {
  std::set<std::string> asked;       // the centre was asked for these
  std::string port_id;               // made at the centre for this call
  std::optional<json::object> port;  // as the centre shows it
};

Notes& notes_of(Call& call) {
  if (!call.note.has_value()) call.note = std::make_shared<Notes>();
  return *std::any_cast<std::shared_ptr<Notes>&>(call.note);
}

std::string text(const domain::Record& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

// XJob acts for the centre: what it does here is no news there.
bool is_xjob(const Call& call) {
  return call.request.header("user-agent").starts_with("tricircle-xjob");
}

bool is_from_centre(storage::Connection& db, const std::string& table, const std::string& id) {
  return !db.execute("SELECT id FROM " + table + " WHERE id = ? AND from_centre", {id}).empty();
}

bool is_fetched_kind(std::string_view name) {
  return name == "network" || name == "subnet" || name == "port";
}

json::object creation_body(const domain::Record& wanted, const std::string& id, const std::string& region) {
  json::object port{{"id", id}, {"binding:profile", json::object{{"region", region}}}};
  for (const std::string_view name :
       {"network_id", "project_id", "name", "description", "device_id", "device_owner", "admin_state_up"}) {
    if (const json::value* value = wanted.if_contains(name)) port[name] = *value;
  }
  if (const json::value* mac = wanted.if_contains("mac_address"); mac != nullptr && mac->is_string())
    port["mac_address"] = *mac;
  // An empty list asks for no address, none for what there is.
  if (const json::value* ips = wanted.if_contains("fixed_ips"); ips != nullptr && ips->is_array())
    port["fixed_ips"] = *ips;
  return {{"port", std::move(port)}};
}

}  // namespace

void LocalPlugin::missing(storage::Connection&, Call& call, const domain::Resource& resource, const std::string& id) {
  if (!is_fetched_kind(resource.name) || is_xjob(call) || call.request.method == "DELETE" || !base::is_uuid(id)) return;
  if (notes_of(call).asked.contains(id)) return;
  const std::string kind(resource.name);
  throw api::Deferred{
      [this, &call, kind, id](api::Deferred::Resume resume) { return fetch_then(call, kind, id, std::move(resume)); }};
}

http::Reply LocalPlugin::fetch_then(Call& call, const std::string& kind, const std::string& id,
                                    api::Deferred::Resume resume) {
  auto result = std::make_shared<std::shared_ptr<Fetched>>();
  return http::Pending{[this, kind, id, result](std::function<void()> done) {
                         fetch(centre_, kind, id, [result, done = std::move(done)](std::shared_ptr<Fetched> fetched) {
                           *result = std::move(fetched);
                           done();
                         });
                       },
                       [this, &call, id, result, resume = std::move(resume)] {
                         const Fetched& fetched = **result;
                         notes_of(call).asked.insert(id);
                         if (fetched.failed && !fetched.failure.is(404)) throw refusal_of(fetched.failure);
                         if (!fetched.failed) {
                           database_.write([&](storage::Connection& db) { store(db, fetched, region_, clock_.now()); });
                           base::fault_point("fetched");
                           hint_();
                         }
                         return resume();
                       }};
}

void LocalPlugin::before_create(storage::Connection& db, Call& call, const domain::Resource& resource,
                                domain::Record& wanted) {
  if (resource.name != "port" || !is_from_centre(db, "networks", text(wanted, "network_id"))) return;
  const Notes& notes = notes_of(call);
  if (!notes.port) {
    throw api::Deferred{[this, &call, wanted](api::Deferred::Resume resume) {
      return create_at_centre(call, wanted, std::move(resume));
    }};
  }
  // The centre's answer may name subnets that were added there since this network was fetched.
  for (const json::value& address : notes.port->at("fixed_ips").as_array()) {
    const std::string subnet = text(address.as_object(), "subnet_id");
    if (db.execute("SELECT id FROM subnets WHERE id = ?", {subnet}).empty())
      missing(db, call, domain::subnet_resource(), subnet);
  }
  for (const std::string_view name : {"id", "mac_address", "fixed_ips"}) wanted[name] = notes.port->at(name);
}

http::Reply LocalPlugin::create_at_centre(Call& call, domain::Record wanted, api::Deferred::Resume resume) {
  Notes& notes = notes_of(call);
  notes.port_id = base::new_uuid();
  // Committed before the centre hears of it: what never completes here is deleted there.
  database_.write(
      [&](storage::Connection& db) { put_in_outbox(db, notes.port_id, kDeletePort, {}, clock_.now() + kCompletion); });
  base::fault_point("port id committed");
  auto result = std::make_shared<remote::Answer>();
  json::object body = creation_body(wanted, notes.port_id, region_);
  return http::Pending{[this, body, result](std::function<void()> done) {
                         centre_.send("POST", "/v2.0/ports", body,
                                      [result, done = std::move(done)](remote::Answer answer) {
                                        *result = std::move(answer);
                                        done();
                                      });
                       },
                       [&call, result, resume = std::move(resume)] {
                         base::fault_point("port made at the centre");
                         if (!result->ok()) throw refusal_of(*result);
                         notes_of(call).port = result->body.at("port").as_object();
                         return resume();
                       }};
}

void LocalPlugin::changed(storage::Connection& db, Call& call, const api::Change& change) {
  if (change.resource.name == "port") port_changed(db, call, change);
  if (change.resource.name == "network") network_changed(db, call, change);
}

void LocalPlugin::port_changed(storage::Connection& db, Call& call, const api::Change& change) {
  const base::Micros now = clock_.now();
  const domain::Record& port = change.after == nullptr ? *change.before : *change.after;
  const std::string id = text(port, "id");
  if (change.verb == Verb::created) {
    if (!notes_of(call).port) return;
    db.execute("UPDATE ports SET from_centre = 1 WHERE id = ?", {id});
    take_from_outbox(db, id, kDeletePort);
    return put_in_outbox(db, id, kReport, report_body(port, region_), now);
  }
  if (is_xjob(call)) return;
  if (change.verb == Verb::deleted) {
    if (change.before->at("from_centre") == json::value(true)) put_in_outbox(db, id, kDeletePort, {}, now);
    return;
  }
  if (!is_from_centre(db, "ports", id)) return;
  for (const std::string_view name : {"binding:host_id", "device_owner", "device_id"}) {
    if (change.before->at(name) == change.after->at(name)) continue;
    return put_in_outbox(db, id, kReport, report_body(port, region_), now);
  }
}

void LocalPlugin::network_changed(storage::Connection& db, Call& call, const api::Change& change) {
  if (change.verb != Verb::deleted || is_xjob(call)) return;
  if (change.before->at("from_centre") != json::value(true)) return;
  put_in_outbox(db, text(*change.before, "id"), kDeleteNetwork, {}, clock_.now());
}

void LocalPlugin::failed(Call& call) noexcept {
  try {
    const std::string id = notes_of(call).port_id;
    if (id.empty()) return;
    database_.write([&](storage::Connection& db) {
      db.execute("UPDATE outbox SET due_at = ? WHERE object_id = ? AND action = ?", {clock_.now(), id, kDeletePort});
    });
    hint_();
  } catch (const std::exception& error) {
    base::log::warn("half_made_port_deleted_later error=\"{}\"", error.what());
  }
}

}  // namespace tricircle::pod
