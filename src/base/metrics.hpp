// Counters of the process in Prometheus' text form. Any thread.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tricircle::base {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  void add(const std::string& name, const Labels& labels, double value = 1);
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, double>> counters_;  // name -> rendered labels -> value
};

}  // namespace tricircle::base
