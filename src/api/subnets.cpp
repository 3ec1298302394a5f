#include "api/columns.hpp"
#include "api/lookup.hpp"
#include "api/objects.hpp"
#include "api/steps.hpp"
#include "domain/errors.hpp"
#include "domain/ip.hpp"
#include "domain/validate.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

using domain::Record;
using storage::Connection;

boost::json::array shown_pools(const std::vector<domain::AddressRange>& pools) {
  boost::json::array list;
  for (const domain::AddressRange& pool : pools)
    list.push_back({{"start", domain::to_text(pool.first)}, {"end", domain::to_text(pool.last)}});
  return list;
}

// Gateway and pools of a subnet whose creator says nothing of them.
void fill_in_addresses(Record& wanted) {
  const auto cidr = domain::parse_cidr(text_in(wanted, "cidr"));
  if (!cidr) throw std::logic_error("a checked cidr is none");
  if (cidr->prefix == 0)
    throw domain::invalid_input("Invalid input for operation: 0 is not allowed as CIDR prefix length.");
  if (!wanted.contains("gateway_ip")) wanted["gateway_ip"] = domain::to_text(domain::default_gateway(*cidr));
  if (!wanted.contains("allocation_pools"))
    wanted["allocation_pools"] =
        shown_pools(domain::default_pools(*cidr, domain::parse_address(text_in(wanted, "gateway_ip"))));
}

void refuse_overlap(Connection& db, const Record& wanted) {
  const auto cidr = domain::parse_cidr(text_in(wanted, "cidr"));
  const std::string network = text_in(wanted, "network_id");
  const storage::Result others = db.execute("SELECT cidr FROM subnets WHERE network_id = ?", {network});
  for (const storage::Row& row : others.rows()) {
    const auto other = domain::parse_cidr(row.text("cidr"));
    if (!cidr || !other) continue;
    if (domain::contains(*cidr, other->network) || domain::contains(*other, cidr->network))
      throw domain::invalid_input(
          fmt::format("Invalid input for operation: Requested subnet with cidr: {} for network: {} overlaps with "
                      "another subnet.",
                      text_in(wanted, "cidr"), network));
  }
}

class SubnetSteps final : public Steps {
 public:
  using Steps::Steps;

  Record parsed(const Call&, const boost::json::object& given) const override {
    Record wanted = domain::parsed_for_create(domain::subnet_resource(), given);
    fill_in_addresses(wanted);
    return wanted;
  }

  void complete(Connection& db, Call& call, Record& wanted) const override {
    const std::string network_id = text_in(wanted, "network_id");
    found(services_, db, call, domain::network_resource(), network_id);
    // Of two subnets made at once one must see the other.
    db.execute("UPDATE networks SET met = met + 1 WHERE id = ?", {network_id});
    refuse_overlap(db, wanted);
  }

  void insert(Connection& db, Call&, Record& wanted) const override {
    insert_object(db, domain::subnet_resource(), wanted, services_.clock.now());
  }

  void before_update(Connection&, Call&, const Record&, Record&) const override {}

  void update(Connection& db, Call&, const Record& before, const Record& changes) const override {
    update_object(db, domain::subnet_resource(), text_in(before, "id"), changes, services_.clock.now());
  }

  void remove(Connection& db, Call&, const Record& before) const override {
    const std::string id = text_in(before, "id");
    if (!db.execute("SELECT port_id FROM ip_allocations WHERE subnet_id = ? LIMIT 1", {id}).empty())
      throw domain::subnet_in_use(id);
    try {
      delete_object(db, domain::subnet_resource(), id);
    } catch (const storage::ForeignKeyViolation&) {
      throw domain::subnet_in_use(id);
    }
  }
};

}  // namespace

std::unique_ptr<Steps> subnet_steps(const Services& services) {
  return std::make_unique<SubnetSteps>(services);
}

}  // namespace tricircle::api
