// The store's group commit alone: so many threads write a policy's row and a job's row in a transaction each, one after
// the other. What no writing call of the API can be faster than.
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "storage/database.hpp"
#include "storage/sql.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

namespace tricircle::bench {
namespace {

using Clock = std::chrono::steady_clock;

void write_rows(storage::Connection& db, const std::string& policy, const std::string& job, base::Micros now) {
  storage::insert(db, "qos_policies",
                  {{"id", policy},
                   {"project_id", "bench"},
                   {"name", "bench"},
                   {"description", ""},
                   {"is_default", std::int64_t{0}},
                   {"revision_number", std::int64_t{1}},
                   {"created_at", now},
                   {"updated_at", now}});
  storage::insert(db, "jobs",
                  {{"id", job},
                   {"type", "qos_update"},
                   {"project_id", "bench"},
                   {"resource", "{}"},
                   {"status", "SUCCESS"},
                   {"pod_id", "bench"},
                   {"kind", "policy"},
                   {"object_id", policy},
                   {"wanted", std::int64_t{1}},
                   {"last_error", ""},
                   {"created_at", now},
                   {"updated_at", now}});
}

// Milliseconds of each write of one thread until the time is over.
std::vector<double> write_until(storage::Database& store, Clock::time_point end) {
  std::vector<double> times;
  while (Clock::now() < end) {
    const std::string policy = base::new_uuid();
    const std::string job = base::new_uuid();
    const base::Micros now = base::SystemClock().now();
    const auto begun = Clock::now();
    store.write([&](storage::Connection& db) { write_rows(db, policy, job, now); });
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
  }
  return times;
}

int run(int argc, char** argv) {
  std::string connection;
  std::size_t threads = 32;
  double seconds = 3;
  CLI::App app("How many transactions a second the store commits, and how long one waits");
  app.add_option("--connection", connection, "As in [database] of the configuration; an empty store")->required();
  app.add_option("--threads", threads, "Who write at the same time")->check(CLI::PositiveNumber);
  app.add_option("--seconds", seconds, "How long");
  CLI11_PARSE(app, argc, argv);
  const auto store = storage::open_database(connection);
  storage::upgrade(*store);
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::vector<std::vector<double>> of_thread(threads);
  std::vector<std::thread> writers;
  for (std::vector<double>& times : of_thread) writers.emplace_back([&] { times = write_until(*store, end); });
  for (std::thread& writer : writers) writer.join();
  const double took = std::chrono::duration<double>(Clock::now() - begun).count();
  std::vector<double> all;
  for (const std::vector<double>& times : of_thread) all.insert(all.end(), times.begin(), times.end());
  std::ranges::sort(all);
  if (all.empty()) return 1;
  std::printf(R"({"per_s": %.0f, "p50_ms": %.3f, "p99_ms": %.3f})"
              "\n",
              static_cast<double>(all.size()) / took, all[all.size() / 2], all[all.size() * 99 / 100]);
  return 0;
}

}  // namespace
}  // namespace tricircle::bench

int main(int argc, char** argv) {
  try {
    tricircle::base::configure_log({});
    return tricircle::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "commit bench: %s\n", error.what());
    return 2;
  }
}
