#include "domain/errors.hpp"
#include "domain/network.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tricircle::domain {
namespace {

constexpr std::string_view kType = "provider:network_type";
constexpr std::string_view kPhysical = "provider:physical_network";
constexpr std::string_view kSegment = "provider:segmentation_id";
constexpr std::array<std::string_view, 3> kTunnels{"geneve", "gre", "vxlan"};
constexpr std::int64_t kLastVlan = 4094;

[[noreturn]] void refuse(std::string_view message) {
  throw invalid_input(fmt::format("Invalid input for operation: {}.", message));
}

std::string_view text(const Record& record, std::string_view name) {
  const auto* value = record.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

const std::int64_t* segment(const Record& record) {
  const auto* value = record.if_contains(kSegment);
  return value == nullptr ? nullptr : value->if_int64();
}

void check_vlan(std::string_view physical, const std::int64_t* id) {
  if (id != nullptr && physical.empty()) refuse("segmentation_id requires physical_network for VLAN provider network");
  if (id != nullptr && (*id < 1 || *id > kLastVlan))
    refuse(fmt::format("segmentation_id out of range (1 through {})", kLastVlan));
}

void prohibit(std::string_view type, bool given, std::string_view what) {
  if (given) refuse(fmt::format("{} prohibited for {} provider network", what, type));
}

}  // namespace

void check_provider_attributes(const Record& wanted) {
  const auto* given = wanted.if_contains(kType);
  const bool has_type = given != nullptr && !given->is_null();
  const std::string_view type = text(wanted, kType);
  const std::string_view physical = text(wanted, kPhysical);
  const std::int64_t* id = segment(wanted);
  if (!has_type) {
    if (!physical.empty() || id != nullptr) refuse("network_type required");
    return;
  }
  const bool has_id = id != nullptr && *id != 0;
  if (type == "local") {
    prohibit(type, !physical.empty(), "physical_network");
    prohibit(type, has_id, "segmentation_id");
  } else if (type == "flat") {
    if (physical.empty()) refuse("physical_network required for flat provider network");
    prohibit(type, has_id, "segmentation_id");
  } else if (type == "vlan") {
    check_vlan(physical, id);
  } else if (std::find(kTunnels.begin(), kTunnels.end(), type) != kTunnels.end()) {
    if (!physical.empty()) refuse(fmt::format("provider:physical_network specified for {} network", type));
  } else {
    refuse(fmt::format("network_type value '{}' not supported", type));
  }
}

void check_provider_change(const Record& before, const Record& changes) {
  for (const std::string_view name : {kType, kPhysical}) {
    const auto* value = changes.if_contains(name);
    if (value != nullptr && *value != before.at(name))
      refuse(fmt::format("Plugin does not support updating the following provider network attributes: {}, {}",
                         kPhysical, kType));
  }
  const std::int64_t* id = segment(changes);
  if (id == nullptr || *id == 0) return;
  // Neutron's own sentence ends twice.
  if (text(before, kType) != "vlan") refuse("Only VLAN type networks can be updated.");
  check_vlan(text(before, kPhysical), id);
}

}  // namespace tricircle::domain
