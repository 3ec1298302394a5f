#include "api/render.hpp"

#include "api/access.hpp"
#include "api/columns.hpp"
#include "api/resource_requests.hpp"
#include "api/rule_rows.hpp"
#include "base/clock.hpp"
#include "storage/sql.hpp"

#include <algorithm>
#include <map>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Attribute;
using domain::Record;
using domain::Resource;

constexpr std::size_t kIdsAtOnce = 500;

bool asked(const Fields& fields, std::string_view name) {
  return fields.empty() || std::find(fields.begin(), fields.end(), name) != fields.end();
}

bool shows(const Resource& resource, const Fields& fields, std::string_view name) {
  return resource.find(name) != nullptr && asked(fields, name);
}

using Texts = std::map<std::string, json::array, std::less<>>;

// For each id the texts that `sql` ("SELECT id, text ... IN (<ids>) ...") gives.
Texts texts_by_id(storage::Connection& db, const std::string& sql, const std::vector<storage::Value>& parameters) {
  Texts texts;
  const storage::Result result = db.execute(sql, parameters);
  for (const storage::Row& row : result.rows()) texts[row.text("id")].emplace_back(row.text("text"));
  return texts;
}

void set_texts(std::span<Record> records, std::string_view name, Texts texts) {
  for (Record& record : records) record[name] = std::move(texts[text_in(record, "id")]);
}

std::vector<storage::Value> ids_of(std::span<const Record> records) {
  std::vector<storage::Value> ids;
  for (const Record& record : records) ids.emplace_back(text_in(record, "id"));
  return ids;
}

void add_tags(storage::Connection& db, const Resource& resource, std::span<Record> records) {
  std::vector<storage::Value> parameters = ids_of(records);
  parameters.emplace_back(std::string(resource.name));
  set_texts(records, "tags",
            texts_by_id(db,
                        "SELECT resource_id AS id, tag AS text FROM tags WHERE resource_id IN (" +
                            storage::placeholders(records.size()) + ") AND resource_type = ? ORDER BY tag",
                        parameters));
}

void add_subnets(storage::Connection& db, std::span<Record> records) {
  set_texts(records, "subnets",
            texts_by_id(db,
                        "SELECT network_id AS id, id AS text FROM subnets WHERE network_id IN (" +
                            storage::placeholders(records.size()) + ") ORDER BY created_at, id",
                        ids_of(records)));
}

void add_zones(storage::Connection& db, std::span<Record> records) {
  set_texts(records, "availability_zones",
            texts_by_id(db,
                        "SELECT DISTINCT r.central_id AS id, p.az_name AS text FROM resource_routings r JOIN pods p ON "
                        "p.pod_id = r.pod_id WHERE r.central_id IN (" +
                            storage::placeholders(records.size()) +
                            ") AND r.resource_type = 'network' AND p.az_name <> '' ORDER BY p.az_name",
                        ids_of(records)));
}

void add_rules(storage::Connection& db, std::span<Record> records) {
  std::map<std::string, json::array, std::less<>> rules;
  for (const Record& rule : rules_of(db, ids_of(records)))
    rules[text_in(rule, "qos_policy_id")].push_back(
        shown_rule_of_policy(domain::find_rule_type(text_in(rule, "type"))->resource, rule));
  for (Record& record : records) record["rules"] = std::move(rules[text_in(record, "id")]);
}

json::value shown_value(const Attribute& attribute, const json::value& value) {
  if (attribute.kind == domain::Kind::time && value.is_int64()) return json::value(base::iso_time(value.get_int64()));
  return value;
}

}  // namespace

Fields asked_fields(const http::Query& query) {
  Fields fields;
  for (const auto& [name, value] : query) {
    if (name == "fields" && !value.empty()) fields.push_back(value);
  }
  return fields;
}

void add_derived(storage::Connection& db, const Resource& resource, const Fields& fields, std::span<Record> records) {
  for (std::size_t from = 0; from < records.size(); from += kIdsAtOnce) {
    const std::span<Record> some = records.subspan(from, std::min(kIdsAtOnce, records.size() - from));
    if (shows(resource, fields, "tags")) add_tags(db, resource, some);
    if (shows(resource, fields, "subnets")) add_subnets(db, some);
    if (shows(resource, fields, "resource_request")) add_resource_requests(db, some);
    if (shows(resource, fields, "availability_zones")) add_zones(db, some);
    if (shows(resource, fields, "rules")) add_rules(db, some);
  }
}

json::object shown(const Resource& resource, const Record& record, const Caller& caller, const Fields& fields) {
  json::object object;
  object.reserve(resource.attributes.size() + 1);
  LazyTarget target(record);
  for (const Attribute& attribute : resource.attributes) {
    if ((attribute.can & domain::kHidden) != 0) continue;
    const json::value* value = record.if_contains(attribute.name);
    if (value == nullptr || !may_get_attribute(caller, resource, attribute.name, target)) continue;
    if (asked(fields, attribute.name)) object[attribute.name] = shown_value(attribute, *value);
    if (attribute.name == "project_id" && asked(fields, "tenant_id")) object["tenant_id"] = *value;
  }
  return object;
}

json::object shown_rule(const Resource& resource, const Record& rule, const Fields& fields) {
  json::object object;
  object.reserve(resource.attributes.size() + 3);
  if (asked(fields, "id")) object["id"] = rule.at("id");
  for (const Attribute& attribute : resource.attributes) {
    if (asked(fields, attribute.name)) object[attribute.name] = rule.at(attribute.name);
  }
  return object;
}

json::object shown_rule_of_policy(const Resource& resource, const Record& rule) {
  json::object object = shown_rule(resource, rule);
  object["qos_policy_id"] = rule.at("qos_policy_id");
  object["type"] = rule.at("type");
  return object;
}

http::Response json_response(int status, const json::value& body) {
  return {status, {{"content-type", "application/json"}}, json::serialize(body)};
}

http::Response no_content() {
  return {204, {}, {}};
}

}  // namespace tricircle::api
