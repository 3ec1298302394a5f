#include "plan/traps.hpp"

#include "domain/catalogue.hpp"
#include "domain/qos_plan.hpp"
#include "xjob/central_policy.hpp"
#include "xjob/harmless.hpp"

#include <algorithm>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::plan {
namespace {

namespace json = boost::json;
using storage::Connection;

// A bucket that does not hold one whole packet lets nothing through: 1500 bytes are 12 kbit.
constexpr std::int64_t kBitsOfSmallestMtu = 12;

const json::array* list_in(const json::value& value, std::string_view name) {
  const json::value* found = value.is_object() ? value.get_object().if_contains(name) : nullptr;
  return found == nullptr ? nullptr : found->if_array();
}

std::string text_in(const json::value& value, std::string_view name) {
  const json::value* found = value.is_object() ? value.get_object().if_contains(name) : nullptr;
  return found != nullptr && found->is_string() ? json::value_to<std::string>(*found) : std::string();
}

// What the pod's Neutron was found to enforce; none: it was never looked at.
std::optional<json::object> enforced(Connection& db, const std::string& pod) {
  const auto found = db.execute("SELECT rule_types FROM pod_checks WHERE pod_id = ? AND checked_at IS NOT NULL", {pod});
  if (found.empty() || found.front().text("rule_types").empty()) return std::nullopt;
  const json::value types = json::parse(found.front().text("rule_types"));
  if (!types.is_object() || types.get_object().empty()) return std::nullopt;
  return types.get_object();
}

std::string place_of(const domain::Record& rule) {
  const std::string direction = domain::rule_direction(rule);
  return domain::rule_type(rule) + (direction.empty() ? "" : " " + direction);
}

// {"parameter_type": "choices", "parameter_values": [...]} or {"parameter_type": "range", "parameter_values": {start,
// end}}, as Neutron's rule types show them.
bool takes(const json::value& parameter, const json::value& value) {
  const json::value* values = parameter.get_object().if_contains("parameter_values");
  if (values == nullptr) return true;
  if (values->is_array()) return std::ranges::find(values->get_array(), value) != values->get_array().end();
  if (!values->is_object() || !value.is_int64()) return true;
  const json::object& range = values->get_object();
  const json::value* start = range.if_contains("start");
  const json::value* end = range.if_contains("end");
  const bool above = start == nullptr || !start->is_int64() || value.get_int64() >= start->get_int64();
  return above && (end == nullptr || !end->is_int64() || value.get_int64() <= end->get_int64());
}

bool driver_takes(const json::value& driver, const domain::Record& rule) {
  const json::array* parameters = list_in(driver, "supported_parameters");
  if (parameters == nullptr) return true;
  return std::ranges::all_of(*parameters, [&](const json::value& parameter) {
    const json::value* value = rule.if_contains(text_in(parameter, "parameter_name"));
    return value == nullptr || value->is_null() || takes(parameter, *value);
  });
}

class Pod {
 public:
  Pod(Connection& db, PodPlan& plan) : plan_(plan), enforced_(enforced(db, plan.pod_id)) {}

  void look_at(const domain::Record& rule) {
    if (!enforced_ || is_refused(place_of(rule))) return;
    const json::value* type = enforced_->if_contains(domain::rule_type(rule));
    if (type == nullptr) {
      plan_.refusals.push_back(place_of(rule) +
                               ": the pod's Neutron does not enforce this type; the rest of the policy is bound");
      return;
    }
    const json::array* drivers = type->if_array();
    if (drivers == nullptr || drivers->empty()) return;
    const auto takes_it = [&](const json::value& driver) { return driver_takes(driver, rule); };
    if (std::ranges::none_of(*drivers, takes_it))
      plan_.refusals.push_back(place_of(rule) + ": no driver of the pod's Neutron takes these values");
    warn_of_small_burst(*drivers, rule);
  }

  // Neutron answers 501 when a VM's port bears the policy, and only the pod knows all of its ports.
  void warn_of_guarantees_in_use() {
    if (plan_.touched.empty()) return;
    for (const Call& call : plan_.calls) {
      if (call.method == "GET" || call.path.find("/minimum_") == std::string::npos) continue;
      plan_.warnings.emplace_back(
          "a rule that guarantees something is made, changed or taken away while the policy is in use: if a VM's port "
          "bears it there, the pod's Neutron answers 501 and the rule stays as it is");
      return;
    }
  }

  void warn_of_unknown_networks(const std::set<std::string>& unknown) {
    for (const std::string& id : unknown)
      plan_.warnings.push_back("what network " + id +
                               " is made on there is not known yet: if it is tunnelled, the rule that guarantees "
                               "bandwidth is not sent, as every new port of it would be refused");
  }

 private:
  // The pod has said so before, or what stands there says it.
  bool is_refused(const std::string& place) const {
    return std::ranges::any_of(plan_.refusals,
                               [&](const std::string& words) { return words.find(place) != std::string::npos; });
  }

  void warn_of_small_burst(const json::array& drivers, const domain::Record& rule) {
    const json::value* burst = rule.if_contains("max_burst_kbps");
    if (burst == nullptr || !burst->is_int64() || burst->get_int64() == 0 || burst->get_int64() >= kBitsOfSmallestMtu)
      return;
    const auto is_ovn = [](const json::value& driver) { return text_in(driver, "name") == "ovn"; };
    if (std::ranges::none_of(drivers, is_ovn)) return;
    plan_.warnings.push_back(place_of(rule) + ": a burst of " + std::to_string(burst->get_int64()) +
                             " kbit does not hold one packet, and OVN then drops all traffic (12 for an MTU of 1500, "
                             "72 for 9000; 0 lets the pod choose)");
  }

  PodPlan& plan_;
  std::optional<json::object> enforced_;
};

}  // namespace

void add_traps(Connection& db, const Subjects& meant, const std::set<std::string>& unknown, PodPlan& plan) {
  Pod pod(db, plan);
  bool guarantees = false;
  for (const std::string& id : meant.policies) {
    const std::optional<xjob::CentralPolicy> policy = xjob::find_central_policy(db, id);
    if (!policy || !xjob::find_copy(db, id, plan.pod_id)) continue;
    for (const domain::Record& rule : policy->wish.rules) {
      pod.look_at(rule);
      guarantees = guarantees || xjob::needs_physical_network(domain::rule_type(rule));
    }
  }
  if (guarantees) pod.warn_of_unknown_networks(unknown);
  pod.warn_of_guarantees_in_use();
}

}  // namespace tricircle::plan
