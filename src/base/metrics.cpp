#include "base/metrics.hpp"

#include "base/aside.hpp"
#include "base/metric_names.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

namespace tricircle::base {
namespace {

// From a statement to a pod that is long away: seconds.
constexpr double kBounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// The braces' inside.
std::string rendered(std::string_view names, std::string_view values) {
  std::string text;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    const std::size_t end = values.find('\0');
    text +=
        (text.empty() ? "" : ",") + std::string(names.substr(0, comma)) + "=\"" + escaped(values.substr(0, end)) + "\"";
    names.remove_prefix(std::min(comma + 1, names.size()));
    values.remove_prefix(end + 1);
  }
  return text;
}

std::string braced(const std::string& inside) {
  return inside.empty() ? inside : "{" + inside + "}";
}

}  // namespace

Metrics::Series& Metrics::series(const Metric& metric, Values values) {
  std::string key;
  for (const std::string_view value : values) {
    key += value;
    key += '\0';
  }
  return families_[&metric][std::move(key)];
}

void Metrics::add(const Metric& metric, Values values, double value) {
  const std::lock_guard guard(mutex_);
  series(metric, values).value += value;
}

void Metrics::set(const Metric& metric, Values values, double value) {
  const std::lock_guard guard(mutex_);
  series(metric, values).value = value;
}

void Metrics::observe(const Metric& metric, Values values, double seconds) {
  const std::lock_guard guard(mutex_);
  Series& one = series(metric, values);
  if (one.buckets.empty()) one.buckets.resize(std::size(kBounds) + 1);
  one.value += seconds;
  ++one.buckets[static_cast<std::size_t>(std::ranges::lower_bound(kBounds, seconds) - std::begin(kBounds))];
}

void Metrics::forget(const Metric& metric) {
  const std::lock_guard guard(mutex_);
  families_.erase(&metric);
}

std::string Metrics::text() const {
  const std::lock_guard guard(mutex_);
  std::string out;
  std::map<std::string_view, std::pair<const Metric*, const Family*>> by_name;
  for (const auto& [metric, family] : families_) by_name[metric->name] = {metric, &family};
  for (const auto& [name, known] : by_name) {
    const auto& [metric, family] = known;
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, metric->help, name,
                       kKinds[static_cast<std::size_t>(metric->kind)]);
    // In an order that stays, for people who compare two looks.
    std::map<std::string, const Series*> ordered;
    for (const auto& [values, one] : *family) ordered[rendered(metric->labels, values)] = &one;
    for (const auto& [labels, one] : ordered) {
      if (metric->kind != MetricKind::histogram) {
        out += fmt::format("{}{} {}\n", name, braced(labels), one->value);
        continue;
      }
      const std::string before = labels.empty() ? labels : labels + ",";
      std::uint64_t count = 0;
      for (std::size_t i = 0; i < one->buckets.size(); ++i) {
        count += one->buckets[i];
        const std::string bound = i < std::size(kBounds) ? fmt::format("{}", kBounds[i]) : "+Inf";
        out += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, before, bound, count);
      }
      out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, braced(labels), one->value, name, braced(labels), count);
    }
  }
  return out;
}

std::string metric_reference() {
  std::string text = "| metric | kind | labels | meaning |\n|---|---|---|---|\n";
  for (const Metric* one : metric::kAll) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", one->name, kKinds[static_cast<std::size_t>(one->kind)],
                        one->labels, one->help);
  }
  return text;
}

Metrics& metrics() {
  static Metrics process;
  static Metrics of_nobody;
  return Aside::here() ? of_nobody : process;
}

}  // namespace tricircle::base
