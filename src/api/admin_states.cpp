// /v1.0/copies and /v1.0/bindings: what each pod has of a policy, and on which networks and ports, against what the
// centre wants. Admins see all; others what belongs to their project, without the words of errors, which may tell of
// the inside of a pod.
#include "api/admin_states.hpp"

#include "storage/sql.hpp"

#include <algorithm>
#include <span>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;
using storage::Connection;
using storage::Value;

// What is behind its wish is on its way; what is not is as its last run has left it.
constexpr char kState[] =
    "CASE WHEN applied = wanted OR state IN ('held', 'cancelled', 'refused') AND due_at IS NULL THEN state "
    "WHEN open THEN 'pod_down' WHEN state = 'held' THEN state WHEN attempts > 0 THEN 'retrying' ELSE 'pending' END";

constexpr char kCopies[] =
    "SELECT c.attributes, c.rules, c.policy_id, c.policy_id AS central_id, 'policy' AS resource_type, c.pod_id, "
    "p.region_name, r.local_id, "
    "c.project_id, CASE WHEN c.ready OR c.state <> 'in_sync' THEN c.state ELSE 'pending' END AS state, c.since, "
    "c.last_error, c.intent AS applied, coalesce(o.intent, -1) AS wanted, coalesce(l.attempts, 0) AS attempts, "
    "l.due_at, coalesce(i.open, FALSE) AS open, l.id AS lane_id, c.unused_since FROM copies c JOIN pods p ON p.pod_id "
    "= c.pod_id LEFT JOIN resource_routings r ON r.central_id = c.policy_id AND r.pod_id = c.pod_id AND "
    "r.resource_type = 'qos_policy' LEFT JOIN qos_policies o ON o.id = c.policy_id LEFT JOIN lanes l ON l.pod_id = "
    "c.pod_id AND l.kind = 'policy' AND l.object_id = c.policy_id LEFT JOIN circuits i ON i.pod_id = c.pod_id";

constexpr char kBindings[] =
    "SELECT b.policy_id, b.central_id, b.resource_type, b.pod_id, p.region_name, r.local_id, b.project_id, b.state, "
    "b.since, b.last_error, b.intent AS applied, coalesce(n.intent, t.intent, -1) AS wanted, coalesce(l.attempts, 0) "
    "AS attempts, l.due_at, coalesce(i.open, FALSE) AS open, l.id AS lane_id, NULL AS unused_since, "
    "coalesce(n.qos_policy_id, t.qos_policy_id) AS wanted_policy_id FROM bindings b JOIN pods p ON p.pod_id = "
    "b.pod_id LEFT JOIN resource_routings r ON r.central_id = b.central_id AND r.pod_id = b.pod_id AND "
    "r.resource_type = b.resource_type LEFT JOIN networks n ON b.resource_type = 'network' AND n.id = b.central_id "
    "LEFT JOIN ports t ON b.resource_type = 'port' AND t.id = b.central_id LEFT JOIN lanes l ON l.pod_id = b.pod_id "
    "AND l.kind = b.resource_type AND l.object_id = b.central_id LEFT JOIN circuits i ON i.pod_id = b.pod_id";

struct Listing {
  const char* collection;
  const char* rows;
  std::span<const std::string_view> filters;
};
constexpr std::string_view kCopyFilters[] = {"policy_id", "pod_id", "region_name", "project_id", "state"};
constexpr std::string_view kBindingFilters[] = {"policy_id", "pod_id",     "region_name",  "project_id",
                                                "state",     "central_id", "resource_type"};
constexpr Listing kCopyListing{"copies", kCopies, kCopyFilters};
constexpr Listing kBindingListing{"bindings", kBindings, kBindingFilters};

json::value text_or_null(const storage::Row& row, std::string_view column) {
  const auto text = row.optional_text(column);
  return text && !text->empty() ? json::value(*text) : json::value(nullptr);
}

// What a caller may see, and wants to.
struct Sight {
  bool words = false;   // of errors
  bool detail = false;  // what the pod has confirmed of a copy
};

// As the pod has them: beside its values each rule says whether the pod has refused it.
json::array shown_rules(const std::string& text) {
  json::array shown;
  const json::value kept = json::parse(text);
  for (const json::value& value : kept.as_array()) {
    const json::object& rule = value.as_object();
    json::object one{{"type", rule.at("type")}, {"direction", rule.at("direction")}, {"refused", rule.at("refused")}};
    for (const auto& field : rule.at("values").as_object()) one[field.key()] = field.value();
    shown.push_back(std::move(one));
  }
  return shown;
}

json::object shown(const storage::Row& row, bool binding, Sight sight) {
  json::object one;
  for (const char* name : {"pod_id", "region_name", "project_id", "state"}) one[name] = row.text(name);
  one["local_id"] = text_or_null(row, "local_id");
  one["policy_id"] = text_or_null(row, "policy_id");
  if (binding) {
    one["resource_type"] = row.text("resource_type");
    one["central_id"] = row.text("central_id");
    one["wanted_policy_id"] = text_or_null(row, "wanted_policy_id");
  } else {
    const auto unused = row.optional_integer("unused_since");
    one["unused_since"] = unused ? json::value(base::iso_time(*unused)) : json::value(nullptr);
  }
  one["since"] = base::iso_time(row.integer("since"));
  one["applied_intent"] = row.integer("applied");
  // Of what is deleted at the centre nothing is wanted.
  one["wanted_intent"] = row.integer("wanted") < 0 ? json::value(nullptr) : json::value(row.integer("wanted"));
  one["attempts"] = row.integer("attempts");
  one["last_error"] = sight.words ? row.text("last_error") : std::string();
  if (sight.detail && !binding) {
    one["attributes"] = json::parse(row.text("attributes"));
    one["rules"] = shown_rules(row.text("rules"));
  }
  return one;
}

std::string marker_of(const storage::Row& row) {
  return row.text("central_id") + ":" + row.text("pod_id");
}

RowFilter filter_of(const AdminCall& call, const Listing& listing) {
  RowFilter filter;
  for (const auto& [name, value] : call.request.query) {
    if (name == "limit" || name == "marker" || name == "detail") continue;
    if (std::ranges::find(listing.filters, name) == listing.filters.end())
      throw admin_error(ErrorKind::bad_request, "Unknown filter " + name + ".");
    filter.add(name + " = ?", {value});
  }
  if (!call.caller.admin()) filter.add("project_id = ?", {call.caller.project_id()});
  const std::string marker = call.query("marker");
  if (marker.empty()) return filter;
  const std::size_t colon = marker.find(':');
  if (colon == std::string::npos) throw admin_error(ErrorKind::bad_request, "marker must be ID:POD_ID.");
  const std::string id = marker.substr(0, colon);
  filter.add("(central_id > ? OR (central_id = ? AND pod_id > ?))", {id, id, marker.substr(colon + 1)});
  return filter;
}

struct Found {
  json::array shown;
  std::string last;  // marker of the last one; '' = there are no others
};

Found find(Connection& db, const Listing& listing, RowFilter filter, std::int64_t limit, Sight sight) {
  const bool binding = &listing == &kBindingListing;
  filter.values.emplace_back(limit + 1);
  const std::string rows = "SELECT policy_id, central_id, resource_type, pod_id, region_name, local_id, project_id, " +
                           std::string(binding ? "wanted_policy_id, " : "attributes, rules, ") + kState +
                           " AS state, CASE WHEN applied = wanted THEN since ELSE coalesce((SELECT min(created_at) "
                           "FROM jobs WHERE jobs.lane_id = x.lane_id AND finished_at IS NULL), since) END AS since, "
                           "last_error, applied, wanted, attempts, unused_since FROM (" +
                           listing.rows + ") AS x";
  const auto rows_found = db.execute(
      "SELECT * FROM (" + rows + ") AS y" + filter.where + " ORDER BY central_id, pod_id LIMIT ?", filter.values);
  Found found;
  std::string last;
  for (const storage::Row& row : rows_found.rows()) {
    if (found.shown.size() == static_cast<std::size_t>(limit)) {
      found.last = last;
      break;
    }
    found.shown.push_back(shown(row, binding, sight));
    last = marker_of(row);
  }
  return found;
}

http::Response list(AdminCall& call, const Listing& listing) {
  if (call.request.method != "GET") throw admin_error(ErrorKind::method_not_allowed, "Only GET is known here.");
  if (call.path.size() > 1) throw admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
  json::object body;
  call.database.read([&](Connection& db) {
    body.clear();
    Found found = find(db, listing, filter_of(call, listing), page_limit(call),
                       {call.caller.admin(), call.query("detail") == "true"});
    if (!found.last.empty()) body[std::string(listing.collection) + "_links"] = next_links(call, found.last);
    body[listing.collection] = std::move(found.shown);
  });
  return json_response(200, body);
}

}  // namespace

json::array shown_copies(Connection& db, RowFilter filter, bool words, std::int64_t limit) {
  return find(db, kCopyListing, std::move(filter), limit, {words}).shown;
}

json::array shown_bindings(Connection& db, RowFilter filter, bool words, std::int64_t limit) {
  return find(db, kBindingListing, std::move(filter), limit, {words}).shown;
}

http::Response handle_copies(AdminCall& call) {
  return list(call, kCopyListing);
}

http::Response handle_bindings(AdminCall& call) {
  return list(call, kBindingListing);
}

}  // namespace tricircle::api
