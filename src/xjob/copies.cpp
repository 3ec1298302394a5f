#include "xjob/copies.hpp"

#include "storage/sql.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;

// As stored; what is not there is the pod's own doing.
constexpr std::pair<std::string_view, domain::CopyRule::Because> kReasons[] = {
    {"pod", domain::CopyRule::Because::pod},
    {"use", domain::CopyRule::Because::use},
    {"harm", domain::CopyRule::Because::harm},
};

std::string_view text_of(domain::CopyRule::Because because) {
  return std::ranges::find(kReasons, because, [](const auto& reason) { return reason.second; })->first;
}

domain::CopyRule::Because because_of(const json::object& rule) {
  const json::value* text = rule.if_contains("because");
  if (text == nullptr) return domain::CopyRule::Because::pod;
  return std::ranges::find(kReasons, std::string_view(text->as_string()),
                           [](const auto& reason) { return reason.first; })
      ->second;
}

json::array rules_json(const std::vector<domain::CopyRule>& rules) {
  json::array list;
  for (const domain::CopyRule& rule : rules) {
    list.push_back(json::object{{"type", rule.type},
                                {"direction", rule.direction},
                                {"id", rule.id},
                                {"values", rule.values},
                                {"refused", rule.refused},
                                {"error", rule.error},
                                {"because", text_of(rule.because)}});
  }
  return list;
}

std::vector<domain::CopyRule> rules_of(const std::string& text) {
  std::vector<domain::CopyRule> rules;
  const json::value parsed = json::parse(text);
  for (const json::value& value : parsed.as_array()) {
    const json::object& rule = value.as_object();
    rules.push_back({json::value_to<std::string>(rule.at("type")), json::value_to<std::string>(rule.at("direction")),
                     json::value_to<std::string>(rule.at("id")), rule.at("values").as_object(),
                     rule.at("refused").as_bool(), json::value_to<std::string>(rule.at("error")), because_of(rule)});
  }
  return rules;
}

}  // namespace

std::optional<Copy> find_copy(Connection& db, const std::string& policy_id, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT c.policy_id, c.pod_id, c.project_id, c.mark, c.attributes, c.rules, c.ready, c.tagged, c.intent, "
      "c.state, c.last_error, coalesce(c.unused_since, 0) AS unused_since, r.local_id FROM copies c LEFT JOIN "
      "resource_routings r ON r.central_id = c.policy_id AND "
      "r.pod_id = c.pod_id AND r.resource_type = 'qos_policy' WHERE c.policy_id = ? AND c.pod_id = ?",
      {policy_id, pod_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  return Copy{row.text("policy_id"),       row.text("pod_id"),   row.text("project_id"),
              row.text("local_id"),        row.text("mark"),     json::parse(row.text("attributes")).as_object(),
              rules_of(row.text("rules")), row.boolean("ready"), row.boolean("tagged"),
              row.integer("intent"),       row.text("state"),    row.text("last_error"),
              row.integer("unused_since")};
}

bool want_copy(Connection& db, const std::string& policy_id, const std::string& pod_id, base::Micros now) {
  if (db.execute("UPDATE qos_policies SET met = met + 1 WHERE id = ?", {policy_id}).affected() == 0) return false;
  const auto policy = db.execute("SELECT project_id FROM qos_policies WHERE id = ?", {policy_id});
  const std::string project = policy.front().text("project_id");
  storage::insert_if_absent(db, "copies",
                            {{"policy_id", policy_id},
                             {"pod_id", pod_id},
                             {"project_id", project},
                             {"attributes", "{}"},
                             {"rules", "[]"},
                             {"state", kPending},
                             {"last_error", ""},
                             {"since", now}});
  storage::insert_if_absent(db, "resource_routings",
                            {{"central_id", policy_id},
                             {"pod_id", pod_id},
                             {"project_id", project},
                             {"resource_type", kPolicyType},
                             {"created_at", now},
                             {"updated_at", now}});
  return true;
}

void save_copy(Connection& db, const Copy& copy, base::Micros now) {
  db.execute(
      "UPDATE copies SET mark = ?, attributes = ?, rules = ?, ready = ?, tagged = ?, intent = ?, "
      "since = CASE WHEN state = ? THEN since ELSE ? END, state = ?, last_error = ? WHERE policy_id = ? AND pod_id = ?",
      {copy.mark, json::serialize(copy.attributes), json::serialize(rules_json(copy.rules)), std::int64_t{copy.ready},
       std::int64_t{copy.tagged}, copy.intent, copy.state, now, copy.state, copy.last_error, copy.policy_id,
       copy.pod_id});
  const storage::Value local = copy.local_id.empty() ? storage::Value{} : storage::Value{copy.local_id};
  db.execute(
      "UPDATE resource_routings SET local_id = ?, updated_at = ? WHERE central_id = ? AND pod_id = ? AND "
      "resource_type = 'qos_policy' AND coalesce(local_id, '') <> ?",
      {local, now, copy.policy_id, copy.pod_id, copy.local_id});
}

void await_copy(Connection& db, const std::string& policy_id, const std::string& pod_id) {
  db.execute("UPDATE copies SET waited_for = TRUE WHERE policy_id = ? AND pod_id = ?", {policy_id, pod_id});
}

bool take_awaited(Connection& db, const std::string& policy_id, const std::string& pod_id) {
  return db.execute("UPDATE copies SET waited_for = FALSE WHERE policy_id = ? AND pod_id = ? AND waited_for",
                    {policy_id, pod_id})
             .affected() == 1;
}

void forget_copy(Connection& db, const std::string& policy_id, const std::string& pod_id) {
  db.execute("DELETE FROM copies WHERE policy_id = ? AND pod_id = ?", {policy_id, pod_id});
  delete_routing(db, kPolicyType, policy_id, pod_id);
}

Copy asked_anew(Copy copy) {
  std::erase_if(copy.rules, [](const domain::CopyRule& rule) { return rule.refused && rule.id.empty(); });
  copy.ready = false;
  copy.state = kPending;
  copy.last_error.clear();
  return copy;
}

void forget_refusals(Connection& db, const std::string& policy_id, const std::string& pod_id, base::Micros now) {
  const auto found = db.execute(
      "SELECT pod_id FROM copies WHERE policy_id = ? AND state = 'refused' AND ? IN ('', pod_id)", {policy_id, pod_id});
  for (const storage::Row& row : found.rows()) {
    const Copy copy = asked_anew(find_copy(db, policy_id, row.text("pod_id")).value());
    save_copy(db, copy, now);
    engine::wake(db, copy_lane(copy.pod_id, policy_id), now, engine::Wake::fresh_wish);
  }
}

std::optional<Binding> find_binding(Connection& db, const std::string& type, const std::string& central_id,
                                    const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT project_id, policy_id, intent, state, last_error FROM bindings WHERE resource_type = ? AND "
      "central_id = ? AND pod_id = ?",
      {type, central_id, pod_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  return Binding{type,
                 central_id,
                 pod_id,
                 row.text("project_id"),
                 row.text("policy_id"),
                 row.integer("intent"),
                 row.text("state"),
                 row.text("last_error")};
}

void expect_binding(Connection& db, const std::string& type, const std::string& central_id, const std::string& pod_id,
                    const std::string& project_id, base::Micros now) {
  storage::insert_if_absent(db, "bindings",
                            {{"resource_type", type},
                             {"central_id", central_id},
                             {"pod_id", pod_id},
                             {"project_id", project_id},
                             {"policy_id", ""},
                             {"state", kPending},
                             {"last_error", ""},
                             {"since", now}});
}

void save_binding(Connection& db, const Binding& binding, base::Micros now) {
  expect_binding(db, binding.type, binding.central_id, binding.pod_id, binding.project_id, now);
  db.execute(
      "UPDATE bindings SET policy_id = ?, intent = ?, since = CASE WHEN state = ? THEN since ELSE ? END, state = ?, "
      "last_error = ? WHERE resource_type = ? AND central_id = ? AND pod_id = ?",
      {binding.policy_id, binding.intent, binding.state, now, binding.state, binding.last_error, binding.type,
       binding.central_id, binding.pod_id});
}

void remove_binding(Connection& db, const std::string& type, const std::string& central_id, const std::string& pod_id) {
  db.execute("DELETE FROM bindings WHERE resource_type = ? AND central_id = ? AND pod_id = ?",
             {type, central_id, pod_id});
}

std::optional<std::string> local_id(Connection& db, const std::string& type, const std::string& central_id,
                                    const std::string& pod_id) {
  const auto found =
      db.execute("SELECT local_id FROM resource_routings WHERE central_id = ? AND pod_id = ? AND resource_type = ?",
                 {central_id, pod_id, type});
  if (found.empty()) return std::nullopt;
  return found.front().text("local_id");
}

void delete_routing(Connection& db, const std::string& type, const std::string& central_id, const std::string& pod_id) {
  db.execute("DELETE FROM resource_routings WHERE central_id = ? AND pod_id = ? AND resource_type = ?",
             {central_id, pod_id, type});
}

std::string central_policy_of(Connection& db, const std::string& local_policy_id, const std::string& pod_id) {
  const auto found = db.execute(
      "SELECT central_id FROM resource_routings WHERE pod_id = ? AND resource_type = 'qos_policy' AND local_id = ?",
      {pod_id, local_policy_id});
  return found.empty() ? std::string() : found.front().text("central_id");
}

bool is_our_copy(Connection& db, const std::string& local_policy_id, const std::string& pod_id) {
  return !central_policy_of(db, local_policy_id, pod_id).empty();
}

std::optional<remote::PodAddress> find_pod(Connection& db, const std::string& pod_id) {
  const auto found =
      db.execute("SELECT pod_id, region_name, neutron_url, embedded FROM pods WHERE pod_id = ?", {pod_id});
  if (found.empty()) return std::nullopt;
  const storage::Row& row = found.front();
  std::string url = row.text("neutron_url");
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v2.0")) url.resize(url.size() - 5);
  return remote::PodAddress{row.text("pod_id"), row.text("region_name"), url, row.boolean("embedded")};
}

engine::LaneKey copy_lane(const std::string& pod_id, const std::string& policy_id) {
  return {pod_id, kPolicyLane, policy_id};
}

engine::LaneKey binding_lane(const std::string& pod_id, const std::string& type, const std::string& id) {
  return {pod_id, type, id};
}

std::string object_table(const std::string& type) {
  if (type == kNetwork) return "networks";
  if (type == kPort) return "ports";
  throw std::logic_error("no table for a binding of type " + type);
}

}  // namespace tricircle::xjob
