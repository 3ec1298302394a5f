#include "app/table_printer.hpp"

#include "app/admin_client.hpp"
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

// As `openstack -f value` has it: a row a line, a space between.
std::string bare(const std::vector<Cells>& rows) {
  std::string text;
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : " ") + row[i];
    text += "\n";
  }
  return text;
}

void check_column(const std::string& column, const json::array& rows, const std::vector<std::string>& columns) {
  const auto has = [&](const json::value& row) { return row.as_object().contains(column); };
  if (std::ranges::find(columns, column) != columns.end() || std::ranges::any_of(rows, has)) return;
  if (rows.empty() && !columns.empty()) return;  // nobody knows
  std::string names;
  if (!rows.empty()) {
    for (const auto& field : rows.front().as_object()) names += (names.empty() ? "" : ", ") + std::string(field.key());
  }
  throw CommandFailed(2, "There is no column " + column + ". There are: " + names + ".");
}

json::array cut(const json::array& rows, const std::vector<std::string>& columns) {
  json::array kept;
  for (const json::value& row : rows) {
    json::object some;
    for (const std::string& column : columns) {
      const json::value* value = row.as_object().if_contains(column);
      some[column] = value == nullptr ? json::value(nullptr) : *value;
    }
    kept.push_back(std::move(some));
  }
  return kept;
}

}  // namespace

std::string safe_text(std::string_view text) {
  return base::harmless(text);
}

std::string shown_list(const json::array& rows, const std::vector<std::string>& columns, const Look& look) {
  for (const std::string& column : look.columns) check_column(column, rows, columns);
  if (look.is_json()) return json::serialize(look.columns.empty() ? rows : cut(rows, look.columns)) + "\n";
  const std::vector<std::string>& heads = look.columns.empty() ? columns : look.columns;
  std::vector<Cells> cells;
  for (const json::value& row : rows) {
    Cells& line = cells.emplace_back();
    for (const std::string& column : heads) {
      const json::value* value = row.as_object().if_contains(column);
      line.push_back(value == nullptr ? "" : cell(*value));
    }
  }
  return look.format == Format::value ? bare(cells) : table(heads, cells);
}

std::string shown_object(const json::object& object, const Look& look) {
  const json::array only{object};
  for (const std::string& column : look.columns) check_column(column, only, {});
  if (look.is_json())
    return json::serialize(look.columns.empty() ? object : cut(only, look.columns).front().as_object()) + "\n";
  std::vector<std::string> names = look.columns;
  if (names.empty()) {
    for (const auto& field : object) names.emplace_back(field.key());
  }
  std::vector<Cells> cells;
  for (const std::string& name : names) {
    const std::string value = cell(object.at(name));
    cells.push_back(look.format == Format::value ? Cells{value} : Cells{name, value});
  }
  return look.format == Format::value ? bare(cells) : table({"Field", "Value"}, cells);
}

}  // namespace tricircle::app
