// The engine without QoS: how many durable no-op jobs a second it runs, and how soon a job starts after its COMMIT.
// Called as `worker CONNECTION LOCKS IN_FLIGHT PER_POD` it is one of several processes of such a measurement.
#include "base/log.hpp"
#include "queue.hpp"
#include "report.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace tricircle::bench {
namespace {

struct Arguments {
  std::filesystem::path folder = "build";
  std::filesystem::path out;
  std::string connection;
  std::string name = "SQLite, WAL, synchronous=FULL";
  int seconds = 5;
  std::int64_t jobs = 100'000;
  int pods = 50;
  int rounds = 3;
  std::vector<int> workers = {1, 2, 4};
  bool processes = true;
  Load load;
  double least = 0;
  double start_ms = 0;
};

// A folder of its own, on the disk that is to be measured.
class Place {
 public:
  explicit Place(const std::filesystem::path& parent) {
    std::string name = (std::filesystem::absolute(parent) / "engine-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    folder_ = name;
    std::filesystem::create_directory(folder_ / "workers");
  }
  ~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  // Without a connection: a SQLite file in it.
  Store store(const std::string& connection) const {
    const std::string file = "sqlite:///" + (folder_ / "store.db").string();
    return {connection.empty() ? file : connection, folder_ / "workers"};
  }

 private:
  std::filesystem::path folder_;
};

Figures measured(const Arguments& arguments) {
  const Place place(arguments.folder);
  const Store store = place.store(arguments.connection);
  Figures figures;
  figures.store = arguments.name;
  figures.sync_ms = sync_ms(place.folder());
  figures.enqueued = fill(store.connection, arguments.jobs, arguments.pods);
  const auto database = storage::open_database(store.connection);
  keep(*database);
  for (int round = 0; round < arguments.rounds; ++round) {
    for (const int workers : arguments.workers) {
      put_back(*database);
      figures.in_one_process[workers].push_back(burn_in_one_process(store, arguments.jobs, workers, arguments.load));
    }
  }
  for (const int workers : arguments.workers) {
    if (!arguments.processes || workers == 1) continue;
    put_back(*database);
    figures.in_processes[workers].push_back(burn_in_processes(store, arguments.jobs, workers, arguments.load));
  }
  figures.starts.push_back(starts("50 jobs/s, nothing else to do", store, 50, arguments.seconds));
  put_back(*database);
  open_all_circuits(*database, arguments.pods);
  figures.starts.push_back(
      starts("50 jobs/s, " + std::to_string(arguments.jobs) + " of silent pods waiting", store, 50, arguments.seconds));
  return figures;
}

// What is below the bar, in words; empty = nothing.
std::string below(const Figures& figures, const Arguments& arguments) {
  double best = 0;
  for (const auto& [workers, rounds] : figures.in_one_process) best = std::max(best, median_rate(rounds));
  if (best < arguments.least) return "fewer jobs a second than " + std::to_string(static_cast<int>(arguments.least));
  for (const Starts& starts : figures.starts) {
    if (arguments.start_ms > 0 && starts.p50 > arguments.start_ms) return "a start takes too long: " + starts.what;
  }
  return "";
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("The engine alone: durable no-op jobs a second, and the time from commit to start");
  app.add_option("--dir", arguments.folder, "A folder on the disk that is to be measured");
  app.add_option("--connection", arguments.connection,
                 "An empty store, as in [database] of the configuration; default: a SQLite file in --dir");
  app.add_option("--name", arguments.name, "What people shall call the store");
  app.add_option("--seconds", arguments.seconds, "How long the time from commit to start is measured");
  app.add_option("--out", arguments.out, "Figures as JSON");
  app.add_option("--jobs", arguments.jobs, "Jobs that are queued");
  app.add_option("--pods", arguments.pods, "Pods that they are spread over");
  app.add_option("--rounds", arguments.rounds, "Each burn-down so often; the median counts");
  app.add_option("--workers", arguments.workers, "Numbers of workers")->delimiter(',');
  app.add_flag("!--no-processes", arguments.processes, "Not in several processes too");
  app.add_option("--in-flight", arguments.load.in_flight, "Runs at a time in one worker");
  app.add_option("--in-flight-per-pod", arguments.load.in_flight_per_pod, "Runs at a time against one pod");
  app.add_option("--least", arguments.least, "Exit code 1 below so many jobs/s");
  app.add_option("--start-ms", arguments.start_ms, "Exit code 1 when half of the starts take longer");
  CLI11_PARSE(app, argc, argv);
  const Figures figures = measured(arguments);
  print(figures);
  if (!arguments.out.empty()) write_json(figures, arguments.out);
  const std::string words = below(figures, arguments);
  if (words.empty()) return 0;
  std::fprintf(stderr, "BELOW THE BAR: %s\n", words.c_str());
  return 1;
}

}  // namespace
}  // namespace tricircle::bench

int main(int argc, char** argv) {
  using namespace tricircle;
  try {
    base::configure_log({});
    if (argc == 6 && std::string(argv[1]) == "worker")
      return bench::serve_as_worker({argv[2], argv[3]}, {std::stoul(argv[4]), std::stoul(argv[5])});
    return bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "engine bench: %s\n", error.what());
    return 2;
  }
}
