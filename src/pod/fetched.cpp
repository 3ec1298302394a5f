#include "pod/fetched.hpp"

#include "api/addresses.hpp"
#include "api/objects.hpp"
#include "api/sharing.hpp"
#include "pod/outbox.hpp"
#include "storage/sql.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::pod {
namespace {

namespace json = boost::json;
using Done = std::function<void(std::shared_ptr<Fetched>)>;

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

// One fetch on its way: each step starts the next one when its answer is there.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(CentreClient& centre, Done done) : centre_(centre), done_(std::move(done)) {}

  void get(const std::string& kind, const std::string& id) {
    centre_.send("GET", "/v2.0/" + kind + "s/" + id, {}, [self = shared_from_this(), kind](remote::Answer answer) {
      if (!answer.ok() || !answer.body.is_object() || !answer.body.as_object().contains(kind))
        return self->fail(std::move(answer));
      self->got(kind, answer.body.as_object().at(kind).as_object());
    });
  }

 private:
  void got(const std::string& kind, json::object object) {
    if (kind == "network") {
      const std::string id = text(object, "id");
      fetched_->networks.push_back(std::move(object));
      return get_subnets(id);
    }
    const std::string network = text(object, "network_id");
    // A subnet comes with all of its network's.
    if (kind == "port") fetched_->ports.push_back(std::move(object));
    get("network", network);
  }

  void get_subnets(const std::string& network_id) {
    centre_.send("GET", "/v2.0/subnets?network_id=" + network_id, {},
                 [self = shared_from_this()](remote::Answer answer) {
                   const json::object* body = answer.body.if_object();
                   if (!answer.ok() || body == nullptr || !body->contains("subnets"))
                     return self->fail(std::move(answer));
                   for (const json::value& subnet : body->at("subnets").as_array())
                     self->fetched_->subnets.push_back(subnet.as_object());
                   self->done_(self->fetched_);
                 });
  }

  void fail(remote::Answer answer) {
    fetched_->failed = true;
    fetched_->failure = std::move(answer);
    done_(fetched_);
  }

  CentreClient& centre_;
  Done done_;
  std::shared_ptr<Fetched> fetched_ = std::make_shared<Fetched>();
};

// The centre's rendering as a row of ours: only columns, without what each server counts for itself.
domain::Record as_row(const domain::Resource& resource, const domain::Record& shown) {
  domain::Record row;
  for (const domain::Attribute& attribute : resource.attributes) {
    const json::value* value = shown.if_contains(attribute.name);
    if (value == nullptr || (attribute.can & domain::kDerived) != 0 || attribute.kind == domain::Kind::time) continue;
    if (attribute.name == "revision_number" || attribute.name == "tags") continue;
    row[attribute.name] = *value;
  }
  if (row.contains("qos_policy_id")) row["qos_policy_id"] = nullptr;
  return row;
}

bool is_here(storage::Connection& db, const domain::Resource& resource, const std::string& id) {
  return !db.execute("SELECT id FROM " + storage::quoted(resource.table) + " WHERE id = ?", {id}).empty();
}

// False: it was here already.
bool insert(storage::Connection& db, const domain::Resource& resource, domain::Record row, base::Micros now) {
  const std::string id = text(row, "id");
  if (is_here(db, resource, id)) return false;
  api::insert_object(db, resource, row, now);
  db.execute("UPDATE " + storage::quoted(resource.table) + " SET from_centre = 1 WHERE id = ?", {id});
  return true;
}

void insert_port(storage::Connection& db, const domain::Record& shown, const std::string& region, base::Micros now) {
  domain::Record row = as_row(domain::port_resource(), shown);
  row["binding:host_id"] = "";
  row["binding:profile"] = json::object{};
  row["binding:vif_type"] = "unbound";
  row["binding:vif_details"] = json::object{};
  row["status"] = "DOWN";
  const std::string id = text(row, "id");
  if (!insert(db, domain::port_resource(), row, now)) return;
  for (const json::value& address : row.at("fixed_ips").as_array()) {
    api::note_address(db, id, address.as_object());
  }
  put_in_outbox(db, id, kReport, report_body(*api::find_object(db, domain::port_resource(), id), region), now);
}

}  // namespace

void fetch(CentreClient& centre, const std::string& kind, const std::string& id, Done done) {
  std::make_shared<Fetch>(centre, std::move(done))->get(kind, id);
}

void store(storage::Connection& db, const Fetched& fetched, const std::string& region, base::Micros now) {
  for (const domain::Record& shown : fetched.networks) {
    const domain::Record row = as_row(domain::network_resource(), shown);
    if (!insert(db, domain::network_resource(), row, now)) continue;
    const std::string id = text(row, "id");
    if (const json::value* shared = shown.if_contains("shared"); shared != nullptr && *shared == json::value(true))
      api::share_with_all(db, domain::network_resource(), id, text(row, "project_id"));
    put_in_outbox(
        db, id, kRouting,
        {{"top_id", id}, {"bottom_id", id}, {"project_id", text(row, "project_id")}, {"resource_type", "network"}},
        now);
  }
  for (const domain::Record& shown : fetched.subnets)
    insert(db, domain::subnet_resource(), as_row(domain::subnet_resource(), shown), now);
  for (const domain::Record& shown : fetched.ports) insert_port(db, shown, region, now);
}

json::object report_body(const domain::Record& port, const std::string& region) {
  json::object profile{{"region", region},
                       {"device", text(port, "device_owner")},
                       {"host", text(port, "binding:host_id")},
                       {"revision_number", port.at("revision_number")},
                       {"created_at", base::iso_time(json::value_to<std::int64_t>(port.at("created_at")))}};
  return {{"port", json::object{{"device_id", text(port, "device_id")}, {"binding:profile", std::move(profile)}}}};
}

}  // namespace tricircle::pod
