#include "domain/list_shapes.hpp"

#include "domain/shown.hpp"

#include <algorithm>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tricircle::domain {
namespace {

// A set as Python writes it.
std::string shown_set(const std::vector<std::string_view>& names) {
  return names.empty() ? "set()" : fmt::format("{{'{}'}}", fmt::join(names, "', '"));
}

}  // namespace

std::string keys_fault(const boost::json::value& given, std::initializer_list<std::string_view> keys) {
  const std::vector<std::string_view> expected(keys);
  const auto* object = given.if_object();
  if (object == nullptr)
    return fmt::format("Invalid input. '{}' must be a dictionary with keys: ['{}']", shown(given),
                       fmt::join(expected, "', '"));
  const bool all =
      std::all_of(expected.begin(), expected.end(), [object](std::string_view key) { return object->contains(key); });
  if (all && object->size() == expected.size()) return {};
  std::vector<std::string_view> provided;
  for (const auto& entry : *object) provided.push_back(entry.key());
  return fmt::format("Validation of dictionary's keys failed. Expected keys: {} Provided keys: {}", shown_set(expected),
                     shown_set(provided));
}

std::string duplicates_fault(const boost::json::array& list) {
  std::vector<std::string> twice;
  for (auto item = list.begin(); item != list.end(); ++item) {
    if (std::find(list.begin(), item, *item) == item) continue;
    if (std::find(twice.begin(), twice.end(), shown(*item)) == twice.end()) twice.push_back(shown(*item));
  }
  return twice.empty() ? std::string() : fmt::format("Duplicate items in the list: '{}'", fmt::join(twice, ", "));
}

}  // namespace tricircle::domain
