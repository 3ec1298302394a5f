#include "api/address_search.hpp"
#include "api/addresses.hpp"
#include "api/columns.hpp"
#include "api/lookup.hpp"
#include "api/objects.hpp"
#include "api/steps.hpp"
#include "domain/errors.hpp"
#include "domain/subnet.hpp"
#include "domain/validate.hpp"

#include <set>

#include <fmt/format.h>

namespace tricircle::api {
namespace {

using domain::Record;
using storage::Connection;

void refuse_overlap(Connection& db, const Record& wanted) {
  const auto cidr = domain::parse_cidr(text_in(wanted, "cidr"));
  const std::string network = text_in(wanted, "network_id");
  const storage::Result others = db.execute("SELECT cidr FROM subnets WHERE network_id = ?", {network});
  for (const storage::Row& row : others.rows()) {
    const auto other = domain::parse_cidr(row.text("cidr"));
    if (!cidr || !other) continue;
    if (domain::overlap(*cidr, *other))
      throw domain::invalid_input(
          fmt::format("Invalid input for operation: Requested subnet with cidr: {} for network: {} overlaps with "
                      "another subnet.",
                      text_in(wanted, "cidr"), network));
  }
}

void refuse_gateway_in_use(Connection& db, const Record& before, const Record& changes) {
  const std::string old = text_in(before, "gateway_ip");
  const std::string wanted = text_in(changes, "gateway_ip");
  if (old.empty() || wanted.empty() || wanted == old) return;
  const auto port = router_port_with(db, {text_in(before, "id"), domain::parse_address(old).value()});
  if (!port) return;
  throw base::Error(base::ErrorKind::conflict, "GatewayIpInUse",
                    fmt::format("Current gateway ip {} already in use by port {}. Unable to update.", old, *port));
}

// A change of a subnet is one of its network.
void count_on_network(Connection& db, const Record& subnet) {
  db.execute("UPDATE networks SET revision_number = revision_number + 1 WHERE id = ?", {text_in(subnet, "network_id")});
}

class SubnetSteps final : public Steps {
 public:
  using Steps::Steps;

  bool counts_empty_changes() const override { return true; }

  Record parsed(const Call&, const boost::json::object& given) const override {
    return domain::parsed_for_create(domain::subnet_resource(), given);
  }

  void complete(Connection& db, Call& call, Record& wanted) const override {
    const std::string network_id = text_in(wanted, "network_id");
    found(services_, db, call, domain::network_resource(), network_id);
    domain::check_new_subnet(wanted);
    domain::complete_subnet(wanted);
    // Of two subnets made at once one must see the other.
    db.execute("UPDATE networks SET met = met + 1 WHERE id = ?", {network_id});
    refuse_overlap(db, wanted);
  }

  void insert(Connection& db, Call& call, Record& wanted) const override {
    if (!wanted.at("service_types").as_array().empty()) wanted["revision_number"] = 1;  // in Neutron rows of their own
    insert_object(db, domain::subnet_resource(), wanted, services_.clock.now());
    write_addresses(db, call, add_automatic_addresses(db, text_in(wanted, "network_id"), text_in(wanted, "id")));
  }

  // However many subnets a request makes, it is one change of their network.
  void all_made(Connection& db, const std::vector<const boost::json::object*>& subnets) const override {
    std::set<std::string> networks;
    for (const boost::json::object* subnet : subnets) {
      if (networks.insert(text_in(*subnet, "network_id")).second) count_on_network(db, *subnet);
    }
  }

  void before_update(Connection& db, Call&, const Record& before, Record& changes) const override {
    domain::check_subnet_change(before, changes);
    refuse_gateway_in_use(db, before, changes);
  }

  void update(Connection& db, Call&, const Record& before, const Record& changes) const override {
    update_object(db, domain::subnet_resource(), text_in(before, "id"), changes, services_.clock.now());
    count_on_network(db, before);
  }

  void remove(Connection& db, Call& call, const Record& before) const override {
    const std::string id = text_in(before, "id");
    const bool automatic =
        domain::has_automatic_addresses(text_in(before, "ipv6_ra_mode"), text_in(before, "ipv6_address_mode"));
    write_addresses(db, call, give_back_all(db, id, automatic));
    try {
      delete_object(db, domain::subnet_resource(), id);
      count_on_network(db, before);
    } catch (const storage::ForeignKeyViolation&) {
      throw domain::subnet_in_use(id);
    }
  }

 private:
  void write_addresses(Connection& db, Call& call, const std::vector<Readdressed>& ports) const {
    const domain::Resource& resource = domain::port_resource();
    for (const Readdressed& port : ports) {
      const std::optional<Record> before = find_object(db, resource, port.port_id);
      update_object(db, resource, port.port_id, {{"fixed_ips", port.fixed_ips}}, services_.clock.now());
      const std::optional<Record> after = find_object(db, resource, port.port_id);
      services_.plugin.changed(db, call, {Verb::updated, resource, &*before, &*after, text_in(*after, "project_id")});
    }
  }
};

}  // namespace

std::unique_ptr<Steps> subnet_steps(const Services& services) {
  return std::make_unique<SubnetSteps>(services);
}

}  // namespace tricircle::api
