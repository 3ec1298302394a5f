#include "base/metrics.hpp"

#include <fmt/format.h>

namespace tricircle::base {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string rendered(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += (text.empty() ? "" : ",") + name + "=\"" + escaped(value) + "\"";
  return text.empty() ? text : "{" + text + "}";
}

}  // namespace

void Metrics::add(const std::string& name, const Labels& labels, double value) {
  const std::lock_guard guard(mutex_);
  counters_[name][rendered(labels)] += value;
}

std::string Metrics::text() const {
  const std::lock_guard guard(mutex_);
  std::string out;
  for (const auto& [name, series] : counters_) {
    out += "# TYPE " + name + " counter\n";
    for (const auto& [labels, value] : series) out += fmt::format("{}{} {}\n", name, labels, value);
  }
  return out;
}

}  // namespace tricircle::base
