// The sections [pod:REGION] of the configuration file: one for each region whose Neutron is called as somebody else, or
// otherwise, than the rest. Plain data, read once at start. Throws base::Error for what is wrong.
#pragma once
#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tricircle::base {

// What is not given is as [keystone_authtoken] and [xjob] call_deadline have it. Given and empty is given.
struct PodSection {
  std::optional<std::string> auth_url;
  std::optional<std::string> username;
  std::optional<std::string> password;  // never printed
  std::optional<std::string> project_name;
  std::optional<std::string> user_domain_id;
  std::optional<std::string> user_domain_name;
  std::optional<std::string> project_domain_id;
  std::optional<std::string> project_domain_name;
  std::optional<std::string> cafile;
  std::optional<Micros> timeout;
  std::optional<Micros> connect_timeout;
};

bool is_pod_section(std::string_view section);
std::string region_of_section(std::string_view section, const std::string& where);  // of "pod:RegionOne"

// False: there is no such option.
bool take_pod_option(PodSection&, std::string_view name, std::string_view text, const std::string& where);

// What can be said only when the whole file is read. `name`: the file's.
void check_pod_section(const std::string& region, const PodSection&, Micros call_deadline, const std::string& name);

std::string pod_section_reference();  // commented out, for there is no region that all have

}  // namespace tricircle::base
