// What a process counts and measures, in Prometheus' text form. Each is described once, in metric_names.hpp. metrics()
// is the process's own; servers have one each for their requests. Any thread.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tricircle::base {

enum class MetricKind { counter, gauge, histogram };

struct Metric {
  std::string_view name;
  MetricKind kind;
  std::string_view labels;  // their names, "one,other"; "" = none
  std::string_view help;
};

class Metrics {
 public:
  using Values = std::initializer_list<std::string_view>;  // of the labels, in their order

  void add(const Metric&, Values, double value = 1);
  void set(const Metric&, Values, double value);
  void observe(const Metric&, Values, double seconds);  // histograms

  // Sets of a gauge are of one look: those of the look before are gone.
  void forget(const Metric&);

  std::string text() const;

 private:
  struct Series {
    double value = 0;                    // of a histogram: the sum
    std::vector<std::uint64_t> buckets;  // not cumulated; the last is what is above all bounds
  };
  using Family = std::unordered_map<std::string, Series>;  // by the values, each ended by a NUL

  Series& series(const Metric&, Values);

  mutable std::mutex mutex_;
  std::unordered_map<const Metric*, Family> families_;
};

Metrics& metrics();

std::string metric_reference();  // all that there are, as a table in Markdown

}  // namespace tricircle::base
