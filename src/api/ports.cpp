#include "api/access.hpp"
#include "api/addresses.hpp"
#include "api/associations.hpp"
#include "api/columns.hpp"
#include "api/lookup.hpp"
#include "api/objects.hpp"
#include "api/steps.hpp"
#include "base/ids.hpp"
#include "domain/errors.hpp"
#include "domain/port.hpp"
#include "domain/validate.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using storage::Connection;

constexpr int kMacTries = 16;  // Neutron's mac_generation_retries

std::string random_mac() {
  std::string mac = "fa:16:3e";
  const std::string digits = base::random_hex(6);
  for (const std::size_t at : {0UL, 2UL, 4UL}) mac += ":" + digits.substr(at, 2);
  return mac;
}

bool mac_stands(Connection& db, const Record& port) {
  return !db.execute("SELECT id FROM ports WHERE network_id = ? AND mac_address = ? AND id <> ?",
                     {text_in(port, "network_id"), text_in(port, "mac_address"), text_in(port, "id")})
              .empty();
}

// A port on a host is plugged, as a pod's agent would report it; one without is not.
void set_binding(Record& port) {
  const bool bound = !text_in(port, "binding:host_id").empty();
  port["binding:vif_type"] = bound ? "ovs" : "unbound";
  port["status"] = bound ? "ACTIVE" : "DOWN";
}

AddressedPort addressed(const Record& port) {
  return {text_in(port, "id"), text_in(port, "network_id"), text_in(port, "mac_address"),
          text_in(port, "device_owner")};
}

void write_addresses(Connection& db, const std::string& port_id, const json::array& fixed_ips) {
  db.execute("UPDATE ports SET fixed_ips = ? WHERE id = ?", {json::serialize(fixed_ips), port_id});
}

bool changes_mac(const Record& before, const Record& changes) {
  return changes.contains("mac_address") && changes.at("mac_address") != before.at("mac_address");
}

// A pair without a MAC address is for the port's own.
void complete_pairs(Record& record, const std::string& mac) {
  json::value* pairs = record.if_contains("allowed_address_pairs");
  if (pairs == nullptr) return;
  for (json::value& pair : pairs->as_array()) {
    json::object& entry = pair.as_object();
    if (!entry.contains("mac_address")) entry["mac_address"] = mac;
  }
}

void refuse_new_mac(const Record& before, const Record& changes) {
  const std::string vif_type = text_in(before, "binding:vif_type");
  if (vif_type != "unbound" && vif_type != "binding_failed")
    throw base::Error(
        base::ErrorKind::conflict, "PortBound",
        fmt::format("Unable to complete operation on port {}, port is already bound, port type: {}, "
                    "old_mac {}, new_mac {}.",
                    text_in(before, "id"), vif_type, text_in(before, "mac_address"), text_in(changes, "mac_address")));
  const std::string given_owner = text_in(changes, "device_owner");
  const std::string owner = given_owner.empty() ? text_in(before, "device_owner") : given_owner;
  if (domain::is_trusted(owner))
    throw base::Error(base::ErrorKind::conflict, "UnsupportedPortDeviceOwner",
                      fmt::format("Operation mac address update is not supported for device_owner {} on port {}.",
                                  owner, text_in(before, "id")));
}

// Null asks for what Neutron chooses, or changes nothing.
void drop_null_mac(Record& record) {
  const json::value* mac = record.if_contains("mac_address");
  if (mac != nullptr && mac->is_null()) record.erase("mac_address");
}

// An external network is seen by all, and taken ports on only by those with whom it is shared too.
// Where a network has subnets, Neutron fetches those that are asked for as the caller.
void refuse_unseen_subnets(Connection& db, const Caller& caller, const std::string& network_id, const Record& given) {
  const json::value* fixed_ips = given.if_contains("fixed_ips");
  if (fixed_ips == nullptr || !fixed_ips->is_array()) return;
  if (db.execute("SELECT id FROM subnets WHERE network_id = ? LIMIT 1", {network_id}).empty()) return;
  for (const json::value& entry : fixed_ips->get_array()) {
    const std::string subnet = text_in(entry.as_object(), "subnet_id");
    if (!subnet.empty() && !sees(db, caller, domain::subnet_resource(), subnet))
      throw domain::not_found(domain::subnet_resource(), subnet);
  }
}

class PortSteps final : public Steps {
 public:
  using Steps::Steps;

  bool looks_up_markers() const override { return true; }
  bool counts_empty_changes() const override { return true; }

  // Only a pod brings an id: that of the port that it has committed already.
  Record parsed(const Call& call, const json::object& given) const override {
    const domain::Resource& ports = domain::port_resource();
    const json::value* id = given.if_contains("id");
    const bool may = id != nullptr && call.caller.service();
    json::object others = given;
    if (may) others.erase("id");
    Record wanted = domain::parsed_for_create(ports, others);
    if (may) wanted["id"] = domain::coerced(*ports.find("id"), *id);
    drop_null_mac(wanted);
    return wanted;
  }

  std::optional<Record> made_before(Connection& db, const Record& wanted) const override {
    const std::string id = text_in(wanted, "id");
    if (id.empty()) return std::nullopt;
    std::optional<Record> port = find_object(db, domain::port_resource(), id);
    if (port && text_in(*port, "network_id") != text_in(wanted, "network_id"))
      throw base::Error(base::ErrorKind::conflict, "PortInUse", "Port " + id + " is on another network.");
    return port;
  }

  void complete(Connection& db, Call& call, Record& wanted) const override {
    const Record network = found(services_, db, call, domain::network_resource(), text_in(wanted, "network_id"));
    check_association(db, call.caller, {}, text_in(wanted, "qos_policy_id"), network);
    if (!wanted.contains("port_security_enabled"))
      wanted["port_security_enabled"] = network.at("port_security_enabled");
    if (domain::is_trusted(text_in(wanted, "device_owner"))) wanted["port_security_enabled"] = false;
    wanted["extra_dhcp_opts"] = domain::changed_dhcp_options({}, wanted.at("extra_dhcp_opts").as_array());
    refuse_unseen_subnets(db, call.caller, text_in(wanted, "network_id"), wanted);
    if (const json::value* fixed_ips = wanted.if_contains("fixed_ips"))
      refuse_automatic_addresses(db, addressed(wanted), *fixed_ips);
  }

  void insert(Connection& db, Call&, Record& wanted) const override {
    const json::value* given = wanted.if_contains("fixed_ips");
    const json::value addresses = given == nullptr ? json::value() : *given;
    wanted["fixed_ips"] = json::array{};
    wanted["revision_number"] = 1;  // Neutron counts what its extensions add as a change
    set_binding(wanted);
    insert_with_mac(db, wanted);
    write_addresses(db, text_in(wanted, "id"), allocate_addresses(db, addressed(wanted), addresses));
    domain::check_address_pairs(wanted);
  }

  void before_update(Connection& db, Call& call, const Record& before, Record& changes) const override {
    drop_null_mac(changes);
    refuse_unseen_subnets(db, call.caller, text_in(before, "network_id"), changes);
    if (changes_mac(before, changes)) refuse_new_mac(before, changes);
    if (changes.contains("qos_policy_id")) {
      const auto network = find_object(db, domain::network_resource(), text_in(before, "network_id"));
      check_association(db, call.caller, text_in(before, "qos_policy_id"), text_in(changes, "qos_policy_id"),
                        network.value());
    }
    if (const json::value* options = changes.if_contains("extra_dhcp_opts"))
      changes["extra_dhcp_opts"] =
          domain::changed_dhcp_options(before.at("extra_dhcp_opts").as_array(), options->as_array());
    complete_pairs(changes, text_in(merged(before, changes), "mac_address"));
    if (changes.contains("binding:host_id")) set_binding(changes);
  }

  void update(Connection& db, Call&, const Record& before, const Record& changes) const override {
    const std::string id = text_in(before, "id");
    Record columns = changes;
    columns.erase("fixed_ips");
    try {
      update_object(db, domain::port_resource(), id, columns, services_.clock.now());
    } catch (const storage::UniqueViolation&) {
      throw domain::mac_in_use(text_in(changes, "mac_address"), text_in(before, "network_id"));
    }
    change_own_addresses(db, before, changes);
    if (changes.contains("allowed_address_pairs") || changes.contains("port_security_enabled"))
      domain::check_address_pairs(merged(before, changes));
  }

  void remove(Connection& db, Call&, const Record& before) const override {
    delete_object(db, domain::port_resource(), text_in(before, "id"));  // its addresses go with the row
  }

 private:
  static void change_own_addresses(Connection& db, const Record& before, const Record& changes) {
    const bool new_mac = changes_mac(before, changes);
    const json::value* wanted = changes.if_contains("fixed_ips");
    if (wanted == nullptr && !new_mac) return;
    AddressedPort port = addressed(before);
    if (new_mac) port.mac = text_in(changes, "mac_address");
    write_addresses(db, port.id,
                    change_addresses(db, port, before.at("fixed_ips").as_array(),
                                     wanted == nullptr ? json::value() : *wanted, new_mac));
  }

  void insert_with_mac(Connection& db, Record& wanted) const {
    const bool given = wanted.contains("mac_address");
    const json::value pairs = wanted.at("allowed_address_pairs");
    for (int tries = 1;; ++tries) {
      if (!given) wanted["mac_address"] = random_mac();
      wanted["allowed_address_pairs"] = pairs;
      complete_pairs(wanted, text_in(wanted, "mac_address"));
      try {
        return insert_object(db, domain::port_resource(), wanted, services_.clock.now());
      } catch (const storage::UniqueViolation&) {
        if (!mac_stands(db, wanted)) throw;
        if (given) throw domain::mac_in_use(text_in(wanted, "mac_address"), text_in(wanted, "network_id"));
        if (tries == kMacTries) throw;
      } catch (const storage::ForeignKeyViolation&) {
        throw domain::not_found(domain::network_resource(), text_in(wanted, "network_id"));
      }
    }
  }
};

}  // namespace

std::unique_ptr<Steps> port_steps(const Services& services) {
  return std::make_unique<PortSteps>(services);
}

}  // namespace tricircle::api
