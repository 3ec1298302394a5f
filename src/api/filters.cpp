#include "api/filters.hpp"

#include "api/access.hpp"
#include "api/columns.hpp"
#include "domain/errors.hpp"
#include "domain/ip.hpp"
#include "domain/validate.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tricircle::api {
namespace {

using domain::Attribute;
using domain::Kind;
using domain::Resource;

// In every table, and of rules no attribute of their type.
constexpr Attribute kId{.name = "id", .kind = Kind::uuid, .can = domain::kFilter | domain::kSort};

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

const Attribute* attribute_for(const Resource& resource, std::string_view name, unsigned use, const Caller& caller) {
  if (name == "tenant_id") name = "project_id";
  const Attribute* attribute = resource.find(name);
  if (attribute == nullptr && name == "id") return &kId;
  if (attribute == nullptr || (attribute->can & use) == 0) return nullptr;
  // Nobody finds by what he may not see.
  LazyTarget own(access::Target{{"project_id", caller.project_id()}});
  if (!may_get_attribute(caller, resource, name, own)) return nullptr;
  return attribute;
}

// Kept in another spelling than it may be given in.
bool is_spelled_anew(const Attribute& attribute) {
  if ((attribute.can & domain::kDerived) != 0) return false;
  return attribute.kind == Kind::cidr || (attribute.kind == Kind::text && attribute.shape != nullptr);
}

bool is_written(const Attribute& attribute) {
  return (attribute.can & (domain::kPost | domain::kPut)) != 0;
}

// Booleans and numbers in all the spellings that a body may have; a number out of bounds finds nothing, it is no error.
// Of what is never written Neutron does not check the spelling.
storage::Value filter_value(const Attribute& attribute, const std::string& text) {
  if (attribute.kind == Kind::address) {
    const auto address = domain::parse_address(text);
    return address ? domain::to_text(*address) : text;
  }
  if (is_spelled_anew(attribute)) return to_column(attribute, domain::coerced(attribute, boost::json::value(text)));
  if (attribute.kind != Kind::boolean && attribute.kind != Kind::integer) return text;
  if (!is_written(attribute)) return whole_number(text).value_or(-1);
  Attribute unbounded = attribute;
  unbounded.low = unbounded.high = 0;
  unbounded.numbers = {};
  unbounded.shape = nullptr;
  unbounded.can &= ~static_cast<unsigned>(domain::kNullable);
  return to_column(attribute, domain::coerced(unbounded, boost::json::value(text)));
}

bool is_true(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text == "true";
}

std::int64_t checked_limit(const std::string& text) {
  const std::optional<std::int64_t> limit = whole_number(text);
  if (!limit || *limit < 0)
    throw base::Error(base::ErrorKind::bad_request, "BadRequest",
                      fmt::format("Bad limit request: Limit must be an integer 0 or greater and not '{}'.", text));
  return *limit;
}

void add_filter(ListQuery& list, const Attribute& attribute, const std::string& name, const std::string& text) {
  for (Filter& filter : list.filters) {
    if (filter.name == name) return filter.values.push_back(filter_value(attribute, text));
  }
  list.filters.push_back({&attribute, name, {filter_value(attribute, text)}});
}

bool is_tag_filter(std::string_view name) {
  return name == "tags" || name == "tags-any" || name == "not-tags" || name == "not-tags-any";
}

void add_fixed_ip(ListQuery& list, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw domain::invalid_input(
        fmt::format("Invalid input for operation: '{}' is not of the form <key>=[value].", text));
  const std::string key = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  if (key == "ip_address") return list.fixed_addresses.push_back(value);
  if (key == "subnet_id") return list.fixed_subnets.push_back(value);
  // Other keys find what there is, as in Neutron.
}

void set_order(ListQuery& list, const Resource& resource, const Caller& caller, const std::vector<std::string>& keys,
               const std::vector<std::string>& directions) {
  if (keys.size() != directions.size()) throw domain::bad_request("The number of sort_keys and sort_dirs must be same");
  bool by_id = false;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    const Attribute* attribute = attribute_for(resource, keys[at], domain::kSort, caller);
    if (attribute == nullptr)
      throw domain::bad_request(fmt::format("['{}'] is invalid attribute for sort_keys", keys[at]));
    if (directions[at] != "asc" && directions[at] != "desc")
      throw domain::bad_request(
          fmt::format("['{}'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'", directions[at]));
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
      list.reverse = is_true(value);
    } else if (name == "sort_key") {
      keys.push_back(value);
    } else if (name == "sort_dir") {
      directions.push_back(value);
    } else if (is_tag_filter(name) && resource.find("tags") != nullptr) {
      list.tags.emplace_back(name, value);
    } else if (name == "fixed_ips" && resource.find("fixed_ips") != nullptr) {
      add_fixed_ip(list, value);
    } else if (const Attribute* attribute = attribute_for(resource, name, domain::kFilter, caller)) {
      if (name == "shared") {
        const bool shared = domain::coerced(*attribute, boost::json::value(value)).as_bool();
        list.shared = list.shared.value_or(shared);  // of several Neutron takes the first
      } else {
        add_filter(list, *attribute, name, value);
      }
    } else {
      unknown.push_back("'" + name + "'");
    }
  }
  if (!unknown.empty())
    throw domain::bad_request(fmt::format("[{}] is invalid attribute for filtering", fmt::join(unknown, ", ")));
  set_order(list, resource, caller, keys, directions);
  if (!list.limit) list.marker.clear();  // there is no next page
  list.fields = asked_fields(query);
  return list;
}

}  // namespace tricircle::api
