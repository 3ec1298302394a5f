#include "base/pod_section.hpp"

#include "base/config_values.hpp"

#include <algorithm>
#include <variant>

namespace tricircle::base {
namespace {

using reading::fail;

constexpr std::string_view kPrefix = "pod:";

using Field = std::variant<std::optional<std::string> PodSection::*, std::optional<Micros> PodSection::*>;

struct Option {
  std::string_view name;
  Field field;
  std::string_view help;
};

const Option kOptions[] = {
    {"auth_url", &PodSection::auth_url, "Keystone that the region's Neutron asks; given and empty: no token is sent"},
    {"username", &PodSection::username, "User that calls the region's Neutron"},
    {"password", &PodSection::password, "The user's password"},
    {"project_name", &PodSection::project_name, "The user's project"},
    {"user_domain_id", &PodSection::user_domain_id, "Domain of the user in that Keystone, by id"},
    {"user_domain_name", &PodSection::user_domain_name, "Domain of the user in that Keystone, by name"},
    {"project_domain_id", &PodSection::project_domain_id, "Domain of the project in that Keystone, by id"},
    {"project_domain_name", &PodSection::project_domain_name, "Domain of the project in that Keystone, by name"},
    {"cafile", &PodSection::cafile,
     "Certificate authority of the region's Neutron, and of its Keystone when auth_url is given here"},
    {"timeout", &PodSection::timeout, "Longest call to the region's Neutron, at most [xjob] call_deadline"},
    {"connect_timeout", &PodSection::connect_timeout, "How long a connection may take to come about; else 5"},
};

struct Assign {
  PodSection& pod;
  std::string_view text;
  const std::string& where;
  void operator()(std::optional<std::string> PodSection::* field) const { pod.*field = std::string(text); }
  void operator()(std::optional<Micros> PodSection::* field) const {
    pod.*field = reading::seconds(text, where);
    // (Below it would be no limit.)
    if (*(pod.*field) < kMillisecond) fail(where, "at least 0.001 s");
  }
};

}  // namespace

bool is_pod_section(std::string_view section) {
  return section == "pod" || section.starts_with(kPrefix);
}

std::string region_of_section(std::string_view section, const std::string& where) {
  const std::string_view region = section.substr(std::min(section.size(), kPrefix.size()));
  if (region.empty() || reading::trimmed(region) != region) fail(where, "a region's section reads [pod:REGION]");
  return std::string(region);
}

bool take_pod_option(PodSection& pod, std::string_view name, std::string_view text, const std::string& where) {
  for (const Option& option : kOptions) {
    if (option.name != name) continue;
    std::visit(Assign{pod, text, where}, option.field);
    return true;
  }
  return false;
}

void check_pod_section(const std::string& region, const PodSection& pod, Micros call_deadline,
                       const std::string& name) {
  if (!pod.timeout || *pod.timeout <= call_deadline) return;
  fail(name, "[pod:" + region + "] timeout is " + reading::seconds_text(*pod.timeout) +
                 " s: at most [xjob] call_deadline, " + reading::seconds_text(call_deadline) +
                 " s, for that is how long a call counts as under way");
}

std::string pod_section_reference() {
  std::string text = "\n#[pod:REGION]\n";
  for (const Option& option : kOptions)
    text += "# " + std::string(option.help) + "\n#" + std::string(option.name) + " =\n";
  return text;
}

}  // namespace tricircle::base
