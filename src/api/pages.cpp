#include "api/pages.hpp"

#include "storage/sql.hpp"

#include <algorithm>

#include <boost/json/object.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using domain::Resource;
using storage::Value;

void add(Condition& to, const std::string& sql, const std::vector<Value>& parameters) {
  to.sql += " AND " + sql;
  to.parameters.insert(to.parameters.end(), parameters.begin(), parameters.end());
}

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (;;) {
    const std::size_t comma = text.find(',', from);
    parts.push_back(text.substr(from, comma == std::string::npos ? comma : comma - from));
    if (comma == std::string::npos) return parts;
    from = comma + 1;
  }
}

// tags: has all of them; tags-any: has one of them; not-...: the opposite.
void add_tags(Condition& to, const Resource& resource, const std::string& name, const std::string& value) {
  std::vector<std::string> tags = split_commas(value);
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  std::vector<Value> parameters{std::string(resource.name)};
  for (const std::string& tag : tags) parameters.emplace_back(tag);
  const bool any = name.ends_with("-any");
  parameters.emplace_back(any ? std::int64_t{1} : static_cast<std::int64_t>(tags.size()));
  add(to,
      std::string(name.starts_with("not-") ? "id NOT IN" : "id IN") +
          " (SELECT resource_id FROM tags WHERE resource_type = ? AND tag IN (" + storage::placeholders(tags.size()) +
          ") GROUP BY resource_id HAVING COUNT(*) >= ?)",
      parameters);
}

std::string expression(const domain::Attribute& attribute) {
  return attribute.sql.empty() ? storage::quoted(attribute.name) : std::string(attribute.sql);
}

void add_fixed_ips(Condition& to, const ListQuery& list) {
  // Addresses are kept in one spelling in the row that clients see: "ip_address":"10.0.0.3".
  for (const auto& [key, texts] :
       {std::pair{"ip_address", &list.fixed_addresses}, {"subnet_id", &list.fixed_subnets}}) {
    if (texts->empty()) continue;
    std::string any;
    std::vector<Value> parameters;
    for (const std::string& text : *texts) {
      any += any.empty() ? "(" : " OR ";
      any += "instr(fixed_ips, ?) > 0";
      parameters.emplace_back('"' + std::string(key) + "\":\"" + text + '"');
    }
    add(to, any + ")", parameters);
  }
}

bool descends(const SortKey& key, bool reverse) {
  return key.descending != reverse;
}

// Rows that come after `value` in the order of this key; NULLs come first in ascending order.
void add_after(Condition& to, const SortKey& key, bool reverse, const Value& value) {
  const std::string column = storage::quoted(key.attribute->name);
  const bool null = std::holds_alternative<std::monostate>(value);
  if (descends(key, reverse)) {
    if (null) return add(to, "1 = 0", {});
    return add(to, "(" + column + " < ? OR " + column + " IS NULL)", {value});
  }
  if (null) return add(to, column + " IS NOT NULL", {});
  add(to, column + " > ?", {value});
}

void add_equal(Condition& to, const SortKey& key, const Value& value) {
  const std::string column = storage::quoted(key.attribute->name);
  if (std::holds_alternative<std::monostate>(value)) return add(to, column + " IS NULL", {});
  add(to, column + " = ?", {value});
}

void add_marker(Condition& to, storage::Connection& db, const Resource& resource, const ListQuery& list,
                const Condition& among) {
  Columns columns;
  for (const SortKey& key : list.order) columns.push_back(key.attribute);
  std::vector<Value> parameters{list.marker};
  parameters.insert(parameters.end(), among.parameters.begin(), among.parameters.end());
  const auto found = select_records(db, resource.table, columns, "WHERE id = ? AND " + among.sql, parameters);
  if (found.empty()) return;
  Condition after{"1 = 0", {}};
  for (std::size_t last = 0; last < list.order.size(); ++last) {
    Condition one;
    for (std::size_t at = 0; at < last; ++at)
      add_equal(one, list.order[at], to_column(*columns[at], found.front().at(columns[at]->name)));
    add_after(one, list.order[last], list.reverse, to_column(*columns[last], found.front().at(columns[last]->name)));
    after.sql += " OR (" + one.sql + ")";
    after.parameters.insert(after.parameters.end(), one.parameters.begin(), one.parameters.end());
  }
  add(to, "(" + after.sql + ")", after.parameters);
}

std::string order_of(const ListQuery& list) {
  std::string sql;
  for (const SortKey& key : list.order) {
    sql += sql.empty() ? " ORDER BY " : ", ";
    sql += storage::quoted(key.attribute->name) + (descends(key, list.reverse) ? " DESC" : " ASC");
  }
  return sql;
}

json::object link(const http::Request& request, std::string_view relation, const std::string& marker, bool reverse) {
  std::string query;
  const auto put = [&query](std::string_view name, std::string_view value) {
    query += (query.empty() ? "?" : "&") + http::percent_encode(name) + "=" + http::percent_encode(value);
  };
  for (const auto& [name, value] : request.query) {
    if (name != "marker" && name != "page_reverse") put(name, value);
  }
  if (!marker.empty()) put("marker", marker);
  if (reverse) put("page_reverse", "True");
  return {{"rel", relation}, {"href", own_url(request) + request.path + query}};
}

}  // namespace

std::vector<Record> select_page(storage::Connection& db, const Resource& resource, const Columns& columns,
                                const ListQuery& list, const Condition& among) {
  Condition where = among;
  for (const Filter& filter : list.filters)
    add(where, expression(*filter.attribute) + " IN (" + storage::placeholders(filter.values.size()) + ")",
        filter.values);
  for (const auto& [name, value] : list.tags) add_tags(where, resource, name, value);
  add_fixed_ips(where, list);
  if (!list.marker.empty()) add_marker(where, db, resource, list, among);
  std::string rest = "WHERE " + where.sql + order_of(list);
  if (list.limit) {
    rest += " LIMIT ?";
    where.parameters.emplace_back(*list.limit);
  }
  std::vector<Record> page = select_records(db, resource.table, columns, rest, where.parameters);
  // Without a limit there is no page: the order alone is reversed.
  if (list.limit && list.reverse) std::reverse(page.begin(), page.end());
  return page;
}

json::array page_links(const http::Request& request, const ListQuery& list, const std::vector<Record>& page) {
  json::array links;
  if (!list.limit) return links;
  const bool full = static_cast<std::int64_t>(page.size()) >= *list.limit;
  if (full || list.reverse)
    links.push_back(link(request, "next", page.empty() ? std::string() : text_in(page.back(), "id"), false));
  if (full || !list.reverse)
    links.push_back(link(request, "previous", page.empty() ? std::string() : text_in(page.front(), "id"), true));
  return links;
}

std::string own_url(const http::Request& request) {
  const std::string host = request.header("host");
  const std::string scheme = request.header("x-forwarded-proto") == "https" ? "https" : "http";
  return scheme + "://" + (host.empty() ? "localhost" : host);
}

}  // namespace tricircle::api
