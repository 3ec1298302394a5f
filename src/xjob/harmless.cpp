#include "xjob/harmless.hpp"

#include "xjob/binding_job.hpp"

#include <algorithm>
#include <functional>

#include <boost/json/array.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using Because = domain::CopyRule::Because;

constexpr std::pair<Backing, std::string_view> kSpellings[] = {
    {Backing::unknown, ""}, {Backing::physical, "physical"}, {Backing::none, "none"}, {Backing::unsaid, "unsaid"}};

Backing parsed(const std::string& text) {
  return std::ranges::find(kSpellings, std::string_view(text), [](const auto& one) { return one.second; })->first;
}

bool has_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() && !value->get_string().empty();
}

bool refused_because(const Copy& copy, Because because) {
  return std::ranges::any_of(copy.rules,
                             [&](const domain::CopyRule& rule) { return rule.refused && rule.because == because; });
}

}  // namespace

std::string spelled(Backing backing) {
  return std::string(std::ranges::find(kSpellings, backing, [](const auto& one) { return one.first; })->second);
}

bool needs_physical_network(std::string_view rule_type) {
  const domain::RuleType* type = domain::find_rule_type(rule_type);
  return type != nullptr && type->placement != nullptr && type->placement->on_physical_network;
}

const domain::CopyRule* guarantee_of(const Copy& copy) {
  const auto found = std::ranges::find_if(copy.rules, [](const domain::CopyRule& rule) {
    return needs_physical_network(rule.type) && (!rule.id.empty() || !rule.refused);
  });
  return found == copy.rules.end() ? nullptr : &*found;
}

std::string place_of(const domain::CopyRule& rule) {
  return rule.direction.empty() ? rule.type : rule.type + " " + rule.direction;
}

Backing backing_of(const json::object& network) {
  const json::value* segments = network.if_contains("segments");
  const bool several = segments != nullptr && segments->is_array() && !segments->get_array().empty();
  const json::object* made_on = several ? segments->get_array().front().if_object() : &network;
  if (made_on == nullptr || !has_text(*made_on, "provider:network_type")) return Backing::unsaid;
  return has_text(*made_on, "provider:physical_network") ? Backing::physical : Backing::none;
}

Backing find_backing(Connection& db, const std::string& network_id, const std::string& pod_id) {
  const auto found =
      db.execute("SELECT backing FROM bindings WHERE resource_type = 'network' AND central_id = ? AND pod_id = ?",
                 {network_id, pod_id});
  return found.empty() ? Backing::unknown : parsed(found.front().text("backing"));
}

void remember_backing(Connection& db, const std::string& network_id, const std::string& pod_id, Backing backing) {
  db.execute("UPDATE bindings SET backing = ? WHERE resource_type = 'network' AND central_id = ? AND pod_id = ?",
             {spelled(backing), network_id, pod_id});
}

std::vector<Bearer> networks_bearing(Connection& db, const std::string& policy_id, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT r.central_id, r.local_id, coalesce(b.backing, '') AS backing, coalesce(b.policy_id, '') AS policy_id "
      "FROM resource_routings r "
      "LEFT JOIN bindings b ON b.resource_type = 'network' AND b.central_id = r.central_id AND b.pod_id = r.pod_id "
      "LEFT JOIN networks n ON n.id = r.central_id "
      "LEFT JOIN lanes l ON l.pod_id = r.pod_id AND l.kind = 'network' AND l.object_id = r.central_id "
      "WHERE r.pod_id = ? AND r.resource_type = 'network' AND coalesce(r.local_id, '') <> '' AND (b.policy_id = ? OR "
      "coalesce(l.uncertain_until, 0) <> 0 OR (n.qos_policy_id = ? AND coalesce(l.worker, '') <> '')) "
      "ORDER BY r.central_id",
      {pod_id, policy_id, policy_id});
  std::vector<Bearer> bearers;
  for (const storage::Row& row : found.rows())
    bearers.push_back({row.text("central_id"), row.text("local_id"), parsed(row.text("backing")),
                       row.text("policy_id") == policy_id});
  return bearers;
}

bool harm_may_stand(Connection& db, const Copy& copy) {
  if (guarantee_of(copy) == nullptr) return false;
  return std::ranges::any_of(networks_bearing(db, copy.policy_id, copy.pod_id), [](const Bearer& bearer) {
    return bearer.confirmed && (bearer.backing == Backing::none || bearer.backing == Backing::unknown);
  });
}

base::Awaitable<std::optional<Bearer>> find_harmed(Context& context, remote::PodNeutron& pod, const Copy& copy,
                                                   std::function<void(Connection&)> announce) {
  for (;;) {
    std::vector<Bearer> bearers;
    if (announce) {
      co_await context.write([&](Connection& db) {
        announce(db);
        bearers = networks_bearing(db, copy.policy_id, copy.pod_id);
      });
    } else {
      bearers =
          co_await context.read([&](Connection& db) { return networks_bearing(db, copy.policy_id, copy.pod_id); });
    }
    const auto unknown = std::ranges::find(bearers, Backing::unknown, &Bearer::backing);
    if (unknown == bearers.end()) {
      std::erase_if(bearers, [](const Bearer& bearer) { return bearer.backing != Backing::none; });
      std::ranges::sort(bearers, std::greater<>(), &Bearer::confirmed);
      co_return bearers.empty() ? std::nullopt : std::optional(bearers.front());
    }
    const Seen there = co_await see_object(context, pod, kNetwork, unknown->local_id);
    const Backing backing = there.gone ? Backing::unsaid : there.backing;
    const base::Micros now = context.clock.now();
    co_await context.write([&](Connection& db) {
      // Here whoever takes the routing away meets whoever makes a row of it.
      db.execute("UPDATE networks SET met = met + 1 WHERE id = ?", {unknown->central_id});
      if (!local_id(db, kNetwork, unknown->central_id, copy.pod_id)) return;
      expect_binding(db, kNetwork, unknown->central_id, copy.pod_id, copy.project_id, now);
      remember_backing(db, unknown->central_id, copy.pod_id, backing);
    });
  }
}

void use_ended(Connection& db, const std::string& policy_id, const std::string& pod_id, base::Micros now) {
  const std::optional<Copy> copy = find_copy(db, policy_id, pod_id);
  if (!copy) return;
  if (refused_because(*copy, Because::use)) save_copy(db, asked_anew(*copy), now);
  if (refused_because(*copy, Because::use) || refused_because(*copy, Because::harm))
    engine::wake(db, copy_lane(pod_id, policy_id), now, engine::Wake::routine);
}

void harm_averted(Connection& db, const std::string& policy_id, const std::string& pod_id, base::Micros now) {
  const std::optional<Copy> copy = find_copy(db, policy_id, pod_id);
  if (copy && refused_because(*copy, Because::harm))
    engine::wake(db, copy_lane(pod_id, policy_id), now, engine::Wake::routine);
}

void harm_averted(Connection& db, const std::string& pod_id, base::Micros now) {
  const auto found = db.execute("SELECT policy_id FROM copies WHERE pod_id = ? AND state = 'refused'", {pod_id});
  for (const storage::Row& row : found.rows()) harm_averted(db, row.text("policy_id"), pod_id, now);
}

}  // namespace tricircle::xjob
