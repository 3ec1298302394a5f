#include "domain/catalogue.hpp"

#include "domain/rule_entries.hpp"

#include <array>

namespace tricircle::domain {

const Attribute* Resource::find(std::string_view attribute) const {
  for (const Attribute& candidate : attributes) {
    if (candidate.name == attribute) return &candidate;
  }
  return nullptr;
}

std::span<const Resource* const> resources() {
  static const std::array<const Resource*, 6> all{&network_resource(), &subnet_resource(),      &port_resource(),
                                                  &policy_resource(),  &rbac_policy_resource(), &pod_resource()};
  return all;
}

std::span<const RuleType> rule_types() {
  static const std::array<RuleType, 5> all{bandwidth_limit_rule(), dscp_marking_rule(), minimum_bandwidth_rule(),
                                           packet_rate_limit_rule(), minimum_packet_rate_rule()};
  return all;
}

const RuleType* find_rule_type(std::string_view type) {
  for (const RuleType& candidate : rule_types()) {
    if (candidate.type == type) return &candidate;
  }
  return nullptr;
}

}  // namespace tricircle::domain
