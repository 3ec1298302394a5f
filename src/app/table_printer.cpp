#include "app/table_printer.hpp"

#include "base/log_line.hpp"

#include <algorithm>
#include <string_view>

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
using Cells = std::vector<std::string>;

std::string cell(const json::value& value) {
  std::string text;
  if (value.is_string()) {
    text = json::value_to<std::string>(value);
  } else if (!value.is_null()) {
    text = json::serialize(value);
  }
  return safe_text(text);
}

// Columns of a terminal, near enough: one for each character that is not a continuation byte.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string table(const Cells& heads, const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    std::size_t most = width(heads[i]);
    for (const Cells& row : rows) most = std::max(most, width(row[i]));
    widths.push_back(most);
  }
  std::string rule = "+";
  for (const std::size_t w : widths) rule += std::string(w + 2, '-') + "+";
  const auto line = [&](const Cells& row) {
    std::string text = "|";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += " " + row[i] + std::string(widths[i] - width(row[i]), ' ') + " |";
    return text + "\n";
  };
  std::string text = rule + "\n" + line(heads) + rule + "\n";
  for (const Cells& row : rows) text += line(row);
  return text + rule + "\n";
}

}  // namespace

std::string safe_text(std::string_view text) {
  return base::harmless(text);
}

std::string shown_list(const json::array& rows, const std::vector<std::string>& columns, Format format) {
  if (format == Format::json) return json::serialize(rows) + "\n";
  std::vector<Cells> cells;
  for (const json::value& row : rows) {
    Cells& line = cells.emplace_back();
    for (const std::string& column : columns) {
      const json::value* value = row.as_object().if_contains(column);
      line.push_back(value == nullptr ? "" : cell(*value));
    }
  }
  return table(columns, cells);
}

std::string shown_object(const json::object& object, Format format) {
  if (format == Format::json) return json::serialize(object) + "\n";
  std::vector<Cells> cells;
  for (const auto& [name, value] : object) cells.push_back({std::string(name), cell(value)});
  return table({"Field", "Value"}, cells);
}

}  // namespace tricircle::app
