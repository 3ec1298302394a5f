#include "api/filters.hpp"

#include "api/access.hpp"
#include "api/columns.hpp"
#include "domain/errors.hpp"
#include "domain/validate.hpp"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tricircle::api {
namespace {

using domain::Attribute;
using domain::Kind;
using domain::Resource;

// In every table, and of rules no attribute of their type.
constexpr Attribute kId{.name = "id", .kind = Kind::uuid, .can = domain::kFilter | domain::kSort};

const Attribute* attribute_for(const Resource& resource, std::string_view name, unsigned use, const Caller& caller) {
  if (name == "tenant_id") name = "project_id";
  const Attribute* attribute = resource.find(name);
  if (attribute == nullptr && name == "id") return &kId;
  if (attribute == nullptr || (attribute->can & use) == 0) return nullptr;
  // Nobody finds by what he may not see.
  if (!may_get_attribute(caller, resource, name, {{"project_id", caller.project_id()}})) return nullptr;
  return attribute;
}

// Booleans and numbers in all the spellings that a body may have; a number out of bounds finds nothing, it is no error.
storage::Value filter_value(const Attribute& attribute, const std::string& text) {
  if (attribute.kind != Kind::boolean && attribute.kind != Kind::integer) return text;
  Attribute unbounded = attribute;
  unbounded.low = unbounded.high = 0;
  unbounded.numbers = {};
  unbounded.shape = nullptr;
  unbounded.can &= ~static_cast<unsigned>(domain::kNullable);
  return to_column(attribute, domain::coerced(unbounded, boost::json::value(text)));
}

bool truth(const std::string& text) {
  return domain::coerced(Attribute{.name = "page_reverse", .kind = Kind::boolean}, boost::json::value(text)).as_bool();
}

std::int64_t checked_limit(const std::string& text) {
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 0)
    throw base::Error(
        base::ErrorKind::bad_request, "BadRequest",
        fmt::format("Bad limit request: Limit must be an integer 0 or greater and not '{}'.", text.substr(0, 255)));
  return limit;
}

void add_filter(ListQuery& list, const Attribute& attribute, const std::string& text) {
  for (Filter& filter : list.filters) {
    if (filter.attribute == &attribute) return filter.values.push_back(filter_value(attribute, text));
  }
  list.filters.push_back({&attribute, {filter_value(attribute, text)}});
}

bool is_tag_filter(std::string_view name) {
  return name == "tags" || name == "tags-any" || name == "not-tags" || name == "not-tags-any";
}

void add_fixed_ip(ListQuery& list, const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? std::string() : text.substr(equals + 1);
  if (key == "ip_address") return list.fixed_addresses.push_back(value);
  if (key == "subnet_id") return list.fixed_subnets.push_back(value);
  throw domain::bad_request("['fixed_ips'] is invalid attribute for filtering");
}

void set_order(ListQuery& list, const Resource& resource, const Caller& caller, const std::vector<std::string>& keys,
               const std::vector<std::string>& directions) {
  if (keys.size() != directions.size()) throw domain::bad_request("The number of sort_keys and sort_dirs must be same");
  bool by_id = false;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    const Attribute* attribute = attribute_for(resource, keys[at], domain::kSort, caller);
    if (attribute == nullptr)
      throw domain::bad_request(fmt::format("['{}'] is invalid attribute for sort_keys", keys[at].substr(0, 255)));
    if (directions[at] != "asc" && directions[at] != "desc")
      throw domain::bad_request(fmt::format("['{}'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'",
                                            directions[at].substr(0, 255)));
    list.order.push_back({attribute, directions[at] == "desc"});
    by_id = by_id || attribute->name == "id";
  }
  if (!by_id) list.order.push_back({&kId, false});
}

}  // namespace

ListQuery parse_list_query(const Resource& resource, const http::Query& query, const Caller& caller) {
  ListQuery list;
  std::vector<std::string> keys;
  std::vector<std::string> directions;
  std::vector<std::string> unknown;
  for (const auto& [name, value] : query) {
    if (name == "fields") continue;
    if (name == "limit") {
      const std::int64_t limit = checked_limit(value);
      list.limit = limit == 0 ? std::nullopt : std::optional(limit);
    } else if (name == "marker") {
      list.marker = value;
    } else if (name == "page_reverse") {
      list.reverse = truth(value);
    } else if (name == "sort_key") {
      keys.push_back(value);
    } else if (name == "sort_dir") {
      directions.push_back(value);
    } else if (is_tag_filter(name) && resource.find("tags") != nullptr) {
      list.tags.emplace_back(name, value);
    } else if (name == "fixed_ips" && resource.find("fixed_ips") != nullptr) {
      add_fixed_ip(list, value);
    } else if (const Attribute* attribute = attribute_for(resource, name, domain::kFilter, caller)) {
      add_filter(list, *attribute, value);
    } else {
      unknown.push_back("'" + name.substr(0, 255) + "'");
    }
  }
  if (!unknown.empty())
    throw domain::bad_request(fmt::format("[{}] is invalid attribute for filtering", fmt::join(unknown, ", ")));
  set_order(list, resource, caller, keys, directions);
  list.fields = asked_fields(query);
  return list;
}

}  // namespace tricircle::api
