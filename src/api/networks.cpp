#include "api/associations.hpp"
#include "api/columns.hpp"
#include "api/objects.hpp"
#include "api/sharing.hpp"
#include "api/steps.hpp"
#include "api/zones.hpp"
#include "domain/errors.hpp"
#include "domain/network.hpp"
#include "domain/port.hpp"
#include "domain/validate.hpp"

#include <fmt/format.h>

namespace tricircle::api {
namespace {

using domain::Record;
using storage::Connection;

// Neutron's way: a new network gets its project's default policy even where null was asked for.
void take_default_policy(Connection& db, Record& wanted) {
  if (!text_in(wanted, "qos_policy_id").empty()) return;
  const auto found = db.execute("SELECT id FROM qos_policies WHERE project_id = ? AND is_default = 1",
                                {text_in(wanted, "project_id")});
  if (!found.empty()) wanted["qos_policy_id"] = found.front().text("id");
}

void refuse_unsharing_in_use(Connection& db, const Record& before, const Record& changes) {
  if (!flag_in(before, "shared") || !changes.contains("shared") || flag_in(changes, "shared")) return;
  if (!someone_loses(db, domain::network_resource(), before, std::string(domain::kEveryone))) return;
  throw base::Error(base::ErrorKind::conflict, "InvalidSharedSetting",
                    fmt::format("Unable to reconfigure sharing settings for network {}. "
                                "Multiple tenants are using it.",
                                text_in(before, "name")));
}

// `shared` and `router:external` are entries for everyone; the latter is a column too.
void follow_sharing(Connection& db, const std::string& id, const std::string& project_id, const Record& given) {
  const domain::Resource& networks = domain::network_resource();
  if (flag_in(given, "shared")) {
    share_with_all(db, networks, id, project_id);
  } else if (given.contains("shared")) {
    stop_sharing_with_all(db, networks, id);
  }
  if (flag_in(given, "router:external")) {
    share_with_all(db, networks, id, project_id, domain::kAsExternal);
  } else if (given.contains("router:external")) {
    stop_being_external(db, id);
  }
}

// What Neutron counts as a change: anything named, but for these where they are so already.
Record counted(const Record& before, Record changes) {
  for (const char* name : {"shared", "router:external"}) {
    if (changes.contains(name) && changes.at(name) == before.at(name)) changes.erase(name);
  }
  if (changes.contains("qos_policy_id") && changes.at("qos_policy_id").is_null() &&
      before.at("qos_policy_id").is_null())
    changes.erase("qos_policy_id");
  return changes;
}

class NetworkSteps final : public Steps {
 public:
  using Steps::Steps;

  bool looks_up_markers() const override { return true; }

  Record parsed(const Call&, const boost::json::object& given) const override {
    return domain::parsed_for_create(domain::network_resource(), given);
  }

  void complete(Connection& db, Call& call, Record& wanted) const override {
    domain::check_provider_attributes(wanted);
    if (services_.plugin.knows_pods()) check_zone_hints(db, wanted.at("availability_zone_hints").as_array());
    take_default_policy(db, wanted);
    check_association(db, call.caller, {}, text_in(wanted, "qos_policy_id"), wanted);
  }

  void insert(Connection& db, Call&, Record& wanted) const override {
    wanted["revision_number"] = 1;  // Neutron counts what its extensions add as a change
    insert_object(db, domain::network_resource(), wanted, services_.clock.now());
    follow_sharing(db, text_in(wanted, "id"), text_in(wanted, "project_id"), wanted);
  }

  void before_update(Connection& db, Call& call, const Record& before, Record& changes) const override {
    domain::check_provider_change(before, changes);
    refuse_unsharing_in_use(db, before, changes);
    const Record wanted = merged(before, changes);
    const std::string policy = text_in(wanted, "qos_policy_id");
    if (changes.contains("qos_policy_id")) {
      check_association(db, call.caller, text_in(before, "qos_policy_id"), policy, wanted);
    } else {
      refuse_unsupported(db, policy, wanted);
    }
  }

  void update(Connection& db, Call&, const Record& before, const Record& changes) const override {
    const std::string id = text_in(before, "id");
    const Record own = counted(before, changes);
    if (!own.empty()) update_object(db, domain::network_resource(), id, own, services_.clock.now());
    follow_sharing(db, id, text_in(before, "project_id"), own);
  }

  void remove(Connection& db, Call& call, const Record& before) const override {
    const std::string id = text_in(before, "id");
    db.execute("UPDATE networks SET met = met + 1 WHERE id = ?", {id});
    remove_own_ports(db, call, id);
    remove_subnets(db, call, id);
    stop_sharing(db, domain::network_resource(), id);
    try {
      delete_object(db, domain::network_resource(), id);
    } catch (const storage::ForeignKeyViolation&) {
      throw domain::network_in_use(id, {});
    }
  }

 private:
  // Ports that Neutron itself makes go with their network; while it has others it stays.
  void remove_own_ports(Connection& db, Call& call, const std::string& network_id) const {
    const domain::Resource& ports = domain::port_resource();
    const std::vector<storage::Value> parameters{network_id};
    const std::vector<Record> all =
        select_records(db, ports.table, readable_columns(ports), "WHERE network_id = ? ORDER BY id", parameters);
    std::vector<std::string> others;
    for (const Record& port : all) {
      if (!domain::goes_with_its_network(text_in(port, "device_owner"))) others.push_back(text_in(port, "id"));
    }
    if (!others.empty()) throw domain::network_in_use(network_id, others);
    for (const Record& port : all) {
      delete_object(db, ports, text_in(port, "id"));
      services_.plugin.changed(db, call, {Verb::deleted, ports, &port, nullptr, text_in(port, "project_id")});
    }
  }

  void remove_subnets(Connection& db, Call& call, const std::string& network_id) const {
    const domain::Resource& subnets = domain::subnet_resource();
    const std::vector<storage::Value> parameters{network_id};
    for (const Record& subnet :
         select_records(db, subnets.table, readable_columns(subnets), "WHERE network_id = ?", parameters)) {
      delete_object(db, subnets, text_in(subnet, "id"));
      services_.plugin.changed(db, call, {Verb::deleted, subnets, &subnet, nullptr, text_in(subnet, "project_id")});
    }
  }
};

}  // namespace

std::unique_ptr<Steps> network_steps(const Services& services) {
  return std::make_unique<NetworkSteps>(services);
}

}  // namespace tricircle::api
