#include "storage/connection.hpp"

#include <algorithm>

namespace tricircle::storage {

const Value& Row::value(std::string_view column) const {
  const auto found = std::ranges::find(*columns_, column);
  if (found == columns_->end()) throw std::out_of_range("no column " + std::string(column));
  return values_[static_cast<std::size_t>(found - columns_->begin())];
}

bool Row::is_null(std::string_view column) const {
  return std::holds_alternative<std::monostate>(value(column));
}

std::int64_t Row::integer(std::string_view column) const {
  return optional_integer(column).value_or(0);
}

std::string Row::text(std::string_view column) const {
  return optional_text(column).value_or("");
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
  const Value& found = value(column);
  if (std::holds_alternative<std::monostate>(found)) return std::nullopt;
  if (const auto* number = std::get_if<std::int64_t>(&found)) return std::to_string(*number);
  return std::get<std::string>(found);
}

std::optional<std::int64_t> Row::optional_integer(std::string_view column) const {
  const Value& found = value(column);
  if (std::holds_alternative<std::monostate>(found)) return std::nullopt;
  if (const auto* number = std::get_if<std::int64_t>(&found)) return *number;
  throw DbError("column " + std::string(column) + " is no number");
}

Result::Result(std::shared_ptr<const Columns> columns, std::vector<std::vector<Value>> values, std::int64_t affected)
    : columns_(std::move(columns)), affected_(affected) {
  rows_.reserve(values.size());
  for (std::vector<Value>& row : values) rows_.emplace_back(columns_.get(), std::move(row));
}

}  // namespace tricircle::storage
