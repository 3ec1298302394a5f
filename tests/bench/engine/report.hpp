// What the measurements have shown, as a table beside what other engines publish, and as JSON.
#pragma once
#include "measures.hpp"

#include <filesystem>
#include <map>

namespace tricircle::bench {

struct Figures {
  std::string store;
  double sync_ms = 0;                               // what the disk takes for one fdatasync
  double enqueued = 0;                              // jobs/s, each a durable transaction of its own
  std::map<int, std::vector<Burn>> in_one_process;  // by number of workers, a Burn a round
  std::map<int, std::vector<Burn>> in_processes;
  std::vector<Starts> starts;
};

double median_rate(const std::vector<Burn>&);
void print(const Figures&);
void write_json(const Figures&, const std::filesystem::path&);

}  // namespace tricircle::bench
