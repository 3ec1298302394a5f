#include "xjob/place_wish.hpp"

#include "domain/sharing.hpp"
#include "domain/subnet.hpp"
#include "storage/sql.hpp"
#include "xjob/copies.hpp"
#include "xjob/placements.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using domain::Record;
using storage::Row;

enum class How : std::uint8_t { text, flag, number, list };
struct Field {
  std::string_view name;
  How how;
  bool changes;        // a PUT may change it
  bool even_if_empty;  // null and '' are told too
};

// The pod decides about what is not here: its MTU, its segment where the centre names none.
constexpr Field kNetworkFields[] = {{"name", How::text, true, true},
                                    {"project_id", How::text, false, true},
                                    {"admin_state_up", How::flag, true, true},
                                    {"port_security_enabled", How::flag, true, true},
                                    {"provider:network_type", How::text, false, false},
                                    {"provider:physical_network", How::text, false, false},
                                    {"provider:segmentation_id", How::number, false, false}};
constexpr Field kSubnetFields[] = {{"name", How::text, true, true},
                                   {"project_id", How::text, false, true},
                                   {"ip_version", How::number, false, true},
                                   {"cidr", How::text, false, true},
                                   {"gateway_ip", How::text, true, true},
                                   {"enable_dhcp", How::flag, true, true},
                                   {"dns_nameservers", How::list, true, true},
                                   {"host_routes", How::list, true, true},
                                   {"ipv6_ra_mode", How::text, false, false},
                                   {"ipv6_address_mode", How::text, false, false}};
constexpr Field kPortFields[] = {{"name", How::text, true, true},
                                 {"project_id", How::text, false, true},
                                 {"mac_address", How::text, false, true},
                                 {"admin_state_up", How::flag, true, true}};

std::span<const Field> fields_of(std::string_view type) {
  if (type == kNetwork) return kNetworkFields;
  if (type == kSubnet) return kSubnetFields;
  return kPortFields;
}

std::string columns_of(std::string_view type) {
  std::string columns;
  for (const Field& field : fields_of(type)) columns += (columns.empty() ? "" : ", ") + storage::quoted(field.name);
  return columns;
}

json::value value_in(const Row& row, const Field& field) {
  if (row.is_null(field.name)) return nullptr;
  if (field.how == How::flag) return row.boolean(field.name);
  if (field.how == How::number) return row.integer(field.name);
  if (field.how == How::list) return json::parse(row.text(field.name));
  return json::value(row.text(field.name));
}

Record record_of(const Row& row, std::string_view type) {
  Record record;
  for (const Field& field : fields_of(type)) {
    json::value value = value_in(row, field);
    const bool empty = value.is_null() || (value.is_string() && value.get_string().empty());
    if (!empty || field.even_if_empty) record[field.name] = std::move(value);
  }
  return record;
}

// The pod has subnets of its own ids, and finds the one that an address is in.
json::array addresses_only(const std::string& fixed_ips) {
  json::array addresses;
  const json::value parsed = json::parse(fixed_ips);
  for (const json::value& one : parsed.as_array())
    addresses.push_back(json::object{{"ip_address", one.as_object().at("ip_address")}});
  return addresses;
}

bool is_for_all(storage::Connection& db, const std::string& network_id) {
  return !db.execute("SELECT id FROM rbac_policies WHERE object_id = ? AND action = ? AND target_tenant = ?",
                     {network_id, std::string(domain::kAsShared), std::string(domain::kEveryone)})
              .empty();
}

PlaceWish network_wish(storage::Connection& db, const Row& row, const std::string& id) {
  PlaceWish wish{id, record_of(row, kNetwork), {}};
  wish.object["shared"] = is_for_all(db, id);
  const auto subnets = db.execute(
      "SELECT id, " + columns_of(kSubnet) + " FROM subnets WHERE network_id = ? ORDER BY created_at, id", {id});
  for (const Row& subnet : subnets.rows()) wish.subnets.emplace_back(subnet.text("id"), record_of(subnet, kSubnet));
  return wish;
}

}  // namespace

std::optional<PlaceWish> find_place_wish(storage::Connection& db, const std::string& type, const std::string& id) {
  const std::string more = type == kPort ? ", network_id, fixed_ips" : "";
  const auto found =
      db.execute("SELECT " + columns_of(type) + more + " FROM " + object_table(type) + " WHERE id = ?", {id});
  if (found.empty()) return std::nullopt;
  const Row& row = found.front();
  if (type == kNetwork) return network_wish(db, row, id);
  PlaceWish wish{row.text("network_id"), record_of(row, kPort), {}};
  wish.object["fixed_ips"] = addresses_only(row.text("fixed_ips"));
  return wish;
}

CentralPools find_pools(storage::Connection& db, const std::string& subnet_id) {
  const auto found =
      db.execute("SELECT allocation_pools, ipv6_ra_mode, ipv6_address_mode FROM subnets WHERE id = ?", {subnet_id});
  if (found.empty()) return {};
  const Row& row = found.front();
  return {json::parse(row.text("allocation_pools")).as_array(),
          domain::has_automatic_addresses(row.text("ipv6_ra_mode"), row.text("ipv6_address_mode"))};
}

Record changes_of(const std::string& type, const Record& wish, const Record& made) {
  Record changes;
  const auto may_change = [&](std::string_view name) {
    if (name == "shared" || name == "allocation_pools" || name == "fixed_ips") return true;
    const auto fields = fields_of(type);
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found != fields.end() && found->changes;
  };
  for (const auto& [name, value] : wish) {
    const json::value* told = made.if_contains(name);
    if (may_change(name) && (told == nullptr || *told != value)) changes[name] = value;
  }
  return changes;
}

std::string place_mark(const std::string& central_id) {
  return "tricircle:" + central_id;
}

}  // namespace tricircle::xjob
