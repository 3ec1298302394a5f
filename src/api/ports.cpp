#include "api/access.hpp"
#include "api/addresses.hpp"
#include "api/associations.hpp"
#include "api/columns.hpp"
#include "api/lookup.hpp"
#include "api/objects.hpp"
#include "api/steps.hpp"
#include "base/ids.hpp"
#include "domain/errors.hpp"
#include "domain/validate.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

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

void set_addresses(Connection& db, const std::string& network_id, const std::string& port_id,
                   const json::value& wanted) {
  const json::array given = allocate_addresses(db, network_id, port_id, wanted);
  db.execute("UPDATE ports SET fixed_ips = ? WHERE id = ?", {json::serialize(given), port_id});
}

class PortSteps final : public Steps {
 public:
  using Steps::Steps;

  // Only a pod brings an id: that of the port that it has committed already.
  Record parsed(const Call& call, const json::object& given) const override {
    const domain::Resource& ports = domain::port_resource();
    const json::value* id = given.if_contains("id");
    if (id == nullptr || !call.caller.service()) return domain::parsed_for_create(ports, given);
    json::object others = given;
    others.erase("id");
    Record wanted = domain::parsed_for_create(ports, others);
    wanted["id"] = domain::coerced(*ports.find("id"), *id);
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
  }

  void insert(Connection& db, Call&, Record& wanted) const override {
    const json::value* given = wanted.if_contains("fixed_ips");
    const json::value addresses = given == nullptr ? json::value() : *given;
    wanted["fixed_ips"] = json::array{};
    set_binding(wanted);
    insert_with_mac(db, wanted);
    set_addresses(db, text_in(wanted, "network_id"), text_in(wanted, "id"), addresses);
  }

  void before_update(Connection& db, Call& call, const Record& before, Record& changes) const override {
    if (changes.contains("qos_policy_id")) {
      const auto network = find_object(db, domain::network_resource(), text_in(before, "network_id"));
      check_association(db, call.caller, text_in(before, "qos_policy_id"), text_in(changes, "qos_policy_id"),
                        network.value());
    }
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
    if (const json::value* wanted = changes.if_contains("fixed_ips"))
      set_addresses(db, text_in(before, "network_id"), id, *wanted);
  }

  void remove(Connection& db, Call&, const Record& before) const override {
    delete_object(db, domain::port_resource(), text_in(before, "id"));  // its addresses go with the row
  }

 private:
  void insert_with_mac(Connection& db, Record& wanted) const {
    const bool given = wanted.contains("mac_address");
    for (int tries = 1;; ++tries) {
      if (!given) wanted["mac_address"] = random_mac();
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
