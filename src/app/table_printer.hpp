// What a command shows: a table for people, JSON for programs. Text from elsewhere cannot steer the terminal.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace tricircle::app {

enum class Format { table, json };

std::string shown_list(const boost::json::array& rows, const std::vector<std::string>& columns, Format);
std::string safe_text(std::string_view);  // without control characters
std::string shown_object(const boost::json::object& object, Format);

}  // namespace tricircle::app
