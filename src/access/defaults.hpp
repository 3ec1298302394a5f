// The default rules, as constant data: Neutron's, in oslo.policy's language, with what our services need. Any thread.
//
// Where they differ from Neutron's: services of the cloud (embedded pods, XJob) see everything and write everything but
// QoS policies and quotas; a manager is a member too, and a member a reader, whatever Keystone implies.
#pragma once
#include <span>
#include <string_view>

namespace tricircle::access {

struct DefaultRule {
  std::string_view name;
  std::string_view rule;
};

std::span<const DefaultRule> common_defaults();   // words that the rules below are made of
std::span<const DefaultRule> network_defaults();  // networks, subnets
std::span<const DefaultRule> port_defaults();
std::span<const DefaultRule> qos_defaults();
std::span<const DefaultRule> sharing_defaults();  // RBAC policies, quotas, availability zones

}  // namespace tricircle::access
