#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace tricircle::bench {
namespace {

namespace json = boost::json;

struct Published {
  const char* engine;
  const char* figure;
  const char* machine;
  const char* source;
};

// Their words on their machines: no comparison of programs, but the size of what is thought good.
constexpr Published kPublished[] = {
    {"River (Go, PostgreSQL)", "46,000 jobs/s", "8-core Apple M2, 2,000 workers", "riverqueue.com/docs/benchmarks"},
    {"Oban (Elixir, PostgreSQL)", "16,667 jobs/s", "one node, one queue", "\"One Million Jobs a Minute with Oban\""},
    {"Graphile Worker (Node.js, PostgreSQL)", "183,000 jobs/s, start 4.2 ms", "jobs taken and ended in batches",
     "worker.graphile.org/docs/performance"},
    {"Sidekiq (Ruby, Redis)", "23,500 jobs/s", "500,000 jobs in 21.3 s, not durable by job",
     "github.com/sidekiq/sidekiq"},
};

std::vector<double> sorted_rates(const std::vector<Burn>& burns) {
  std::vector<double> rates;
  for (const Burn& burn : burns) rates.push_back(burn.rate);
  std::ranges::sort(rates);
  return rates;
}

void print_burns(const char* where, const std::map<int, std::vector<Burn>>& burns) {
  for (const auto& [workers, rounds] : burns) {
    const std::vector<double> rates = sorted_rates(rounds);
    std::printf("  %d worker%s %-28s %10.0f  (%zu rounds: %.0f to %.0f)\n", workers, workers == 1 ? " " : "s", where,
                median_rate(rounds), rates.size(), rates.front(), rates.back());
  }
}

json::array burns_as_json(const std::map<int, std::vector<Burn>>& burns) {
  json::array list;
  for (const auto& [workers, rounds] : burns) {
    json::array rates;
    for (const Burn& burn : rounds) rates.emplace_back(burn.rate);
    list.push_back(
        {{"workers", workers}, {"jobs", rounds.front().jobs}, {"median", median_rate(rounds)}, {"rates", rates}});
  }
  return list;
}

}  // namespace

double median_rate(const std::vector<Burn>& burns) {
  const std::vector<double> rates = sorted_rates(burns);
  return rates.empty() ? 0 : rates[rates.size() / 2];
}

void print(const Figures& figures) {
  std::printf("The engine alone, on %u cores: %s; no job is done before its COMMIT is on disk\n",
              std::thread::hardware_concurrency(), figures.store.c_str());
  std::printf("one fdatasync of 4 KiB takes %.2f ms here\n\njobs/s, median\n", figures.sync_ms);
  std::printf("  enqueued, a transaction each           %10.0f\n", figures.enqueued);
  print_burns("in one process", figures.in_one_process);
  print_burns("a process each", figures.in_processes);
  std::printf("\nfrom commit to start, ms                        p50      p99     most\n");
  for (const Starts& starts : figures.starts)
    std::printf("  %-42s %8.2f %8.2f %8.2f\n", starts.what.c_str(), starts.p50, starts.p99, starts.most);
  std::printf("\nas others publish of themselves, ON OTHER MACHINES\n");
  for (const Published& other : kPublished)
    std::printf("  %-38s %-29s %s; %s\n", other.engine, other.figure, other.machine, other.source);
}

void write_json(const Figures& figures, const std::filesystem::path& file) {
  json::array starts;
  for (const Starts& each : figures.starts)
    starts.push_back({{"what", each.what}, {"p50_ms", each.p50}, {"p99_ms", each.p99}, {"most_ms", each.most}});
  const json::value all = {{"store", figures.store},
                           {"cores", std::thread::hardware_concurrency()},
                           {"sync_ms", figures.sync_ms},
                           {"enqueued_per_s", figures.enqueued},
                           {"in_one_process", burns_as_json(figures.in_one_process)},
                           {"in_processes", burns_as_json(figures.in_processes)},
                           {"starts", starts}};
  std::ofstream(file) << json::serialize(all) << '\n';
}

}  // namespace tricircle::bench
