// What a command shows: a table for people, JSON for programs, bare values for shells. Text from elsewhere cannot steer
// the terminal.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace tricircle::app {

enum class Format { table, json, value };

// How it was asked for: which columns, in this order; none = those that the command has.
struct Look {
  Format format = Format::table;
  std::vector<std::string> columns = {};
  bool is_json() const { return format == Format::json; }
  // What is shown as several tables is then shown as the one object that it comes from.
  bool of_one_object() const { return is_json() || !columns.empty(); }
};

// Throw CommandFailed (2) for a column that there is not.
std::string shown_list(const boost::json::array& rows, const std::vector<std::string>& columns, const Look&);
std::string shown_object(const boost::json::object& object, const Look&);
std::string safe_text(std::string_view);  // without control characters

}  // namespace tricircle::app
