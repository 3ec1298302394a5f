// For tests of this room: JSON literals, and what an expected refusal said.
#pragma once
#include "base/error.hpp"
#include "domain/catalogue.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace tricircle::domain {

inline boost::json::value json(std::string_view text) {
  return boost::json::parse(text);
}
inline Record record(std::string_view text) {
  return json(text).as_object();
}

inline std::vector<Record> records(std::string_view text) {
  std::vector<Record> all;
  const boost::json::value list = json(text);
  for (const boost::json::value& item : list.as_array()) all.push_back(item.as_object());
  return all;
}

// "type: message" of the base::Error that `action` throws.
inline std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.neutron_type() + ": " + error.message();
  }
  return "nothing was refused";
}

}  // namespace tricircle::domain
