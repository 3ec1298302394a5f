#include "xjob/address_blocks.hpp"

#include "storage/sql.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

namespace tricircle::xjob {
namespace {

using domain::Address;
using domain::AddressRange;
using domain::from_key;
using domain::to_key;
using storage::Connection;

constexpr std::uint64_t kPodsToShareWith = 8;
constexpr std::uint64_t kSmallest = 8;
constexpr std::uint64_t kLargest = 256;

// The last `count` addresses of the range.
AddressRange end_of(const AddressRange& range, std::uint64_t count) {
  if (domain::size_of(range) <= count) return range;
  const std::uint64_t back = count - 1;
  const Address first{range.last.v6, range.last.high - (range.last.low < back ? 1 : 0), range.last.low - back};
  return {first, range.last};
}

// Of the rows of free addresses in the range: the highest that has `count` of them, or else the longest.
std::optional<AddressRange> free_part(Connection& db, const std::string& subnet_id, const AddressRange& range,
                                      std::uint64_t count) {
  const auto taken = db.execute(
      "SELECT ip_address FROM ip_allocations WHERE subnet_id = ? AND ip_address BETWEEN ? AND ? ORDER BY ip_address "
      "DESC",
      {subnet_id, to_key(range.first), to_key(range.last)});
  std::optional<AddressRange> longest;
  const auto consider = [&](const AddressRange& row) {
    const AddressRange part = end_of(row, count);
    if (!longest || domain::size_of(*longest) < domain::size_of(part)) longest = part;
    return domain::size_of(part) == count;
  };
  std::optional<Address> last = range.last;
  for (const storage::Row& row : taken.rows()) {
    const Address one = from_key(row.text("ip_address"));
    if (one < *last && consider({*domain::next(one), *last})) return longest;
    last = domain::previous(one);
    if (!last || *last < range.first) return longest;
  }
  consider({range.first, *last});
  return longest;
}

std::uint64_t taken_in(Connection& db, const std::string& subnet_id, const AddressRange& block) {
  const auto found =
      db.execute("SELECT count(*) AS taken FROM ip_allocations WHERE subnet_id = ? AND ip_address BETWEEN ? AND ?",
                 {subnet_id, to_key(block.first), to_key(block.last)});
  return static_cast<std::uint64_t>(found.front().integer("taken"));
}

std::uint64_t size_of_all(const std::vector<AddressRange>& ranges) {
  std::uint64_t all = 0;
  for (const AddressRange& range : ranges) {
    const std::uint64_t size = domain::size_of(range);
    all = all + size < all ? ~std::uint64_t{0} : all + size;
  }
  return all;
}

bool runs_low(Connection& db, const std::string& subnet_id, const std::vector<AddressRange>& blocks) {
  std::uint64_t taken = 0;
  for (const AddressRange& block : blocks) taken += taken_in(db, subnet_id, block);
  return taken >= size_of_all(blocks) / 4 * 3;
}

std::optional<AddressRange> new_block(Connection& db, const std::string& subnet_id,
                                      const std::vector<AddressRange>& pools) {
  const std::uint64_t count = std::clamp(size_of_all(pools) / kPodsToShareWith, kSmallest, kLargest);
  const std::vector<AddressRange> free = domain::without(pools, blocks_of(db, subnet_id, {}));
  std::optional<AddressRange> best;
  for (const AddressRange& range : std::views::reverse(free)) {
    const std::optional<AddressRange> part = free_part(db, subnet_id, range, count);
    if (part && (!best || domain::size_of(*best) < domain::size_of(*part))) best = part;
    if (best && domain::size_of(*best) == count) break;
  }
  return best;
}

}  // namespace

std::vector<AddressRange> blocks_of(Connection& db, const std::string& subnet_id, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT first_address, last_address FROM address_blocks WHERE subnet_id = ? AND ? IN ('', pod_id) ORDER BY "
      "first_address",
      {subnet_id, pod_id});
  std::vector<AddressRange> blocks;
  for (const storage::Row& row : found.rows())
    blocks.push_back({from_key(row.text("first_address")), from_key(row.text("last_address"))});
  return blocks;
}

std::vector<AddressRange> ensure_blocks(Connection& db, const std::string& subnet_id,
                                        const std::vector<AddressRange>& pools, const std::string& pod_id) {
  std::vector<AddressRange> blocks = blocks_of(db, subnet_id, pod_id);
  if (!blocks.empty() && !runs_low(db, subnet_id, blocks)) return blocks;
  if (const std::optional<AddressRange> more = new_block(db, subnet_id, pools)) {
    storage::insert(db, "address_blocks",
                    {{"subnet_id", subnet_id},
                     {"first_address", to_key(more->first)},
                     {"last_address", to_key(more->last)},
                     {"pod_id", pod_id}});
    blocks.push_back(*more);
  }
  return blocks;
}

bool runs_low(Connection& db, const std::string& network_id, const std::string& pod_id) {
  const auto subnets = db.execute(
      "SELECT DISTINCT b.subnet_id FROM address_blocks b JOIN subnets s ON s.id = b.subnet_id WHERE s.network_id = ? "
      "AND b.pod_id = ?",
      {network_id, pod_id});
  return std::ranges::any_of(subnets.rows(), [&](const storage::Row& row) {
    const std::string subnet_id = row.text("subnet_id");
    return runs_low(db, subnet_id, blocks_of(db, subnet_id, pod_id));
  });
}

void forget_blocks(Connection& db, const std::string& network_id, const std::string& pod_id) {
  db.execute(
      "DELETE FROM address_blocks WHERE pod_id = ? AND subnet_id IN (SELECT id FROM subnets WHERE network_id = ?)",
      {pod_id, network_id});
}

}  // namespace tricircle::xjob
