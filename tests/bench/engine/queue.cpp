#include "queue.hpp"

#include "base/ids.hpp"
#include "engine/job.hpp"
#include "engine/worker.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace tricircle::bench {
namespace {

constexpr int kCallers = 64;

// As random as real ids.
std::string pod_name(std::int64_t number) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made(1000);
    for (std::string& name : made) name = base::new_uuid();
    return made;
  }();
  return names[static_cast<std::size_t>(number) % names.size()];
}

std::int64_t number_of(storage::Database& store, const std::string& query) {
  std::int64_t number = 0;
  store.read([&](storage::Connection& db) { number = db.execute(query).front().integer("n"); });
  return number;
}

}  // namespace

void add(storage::Connection& db, const std::string& pod_id, const std::string& object_id) {
  engine::add_job(
      db, {"update_port", "bench", {{"pod_id", pod_id}, {"port_id", object_id}}, {pod_id, "port", object_id}, 1, ""},
      base::SystemClock().now());
}

double fill(const std::string& connection, std::int64_t jobs, int pods) {
  const auto store = storage::open_database(connection);
  storage::upgrade(*store);
  std::atomic<std::int64_t> next = 0;
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      for (std::int64_t number = next++; number < jobs; number = next++) {
        const std::string object = base::new_uuid();
        store->write([&](storage::Connection& db) { add(db, pod_name(number % pods), object); });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  return static_cast<double>(jobs) / took.count();
}

void open_all_circuits(storage::Database& store, int pods) {
  engine::Options never;
  never.first_probe = 3600 * base::kSecond;
  store.write([&](storage::Connection& db) {
    for (int i = 0; i < pods; ++i) engine::open_circuit(db, pod_name(i), "no answer", base::SystemClock().now(), never);
  });
}

bool all_done(storage::Database& store) {
  bool none = false;
  store.read([&](storage::Connection& db) {
    none = db.execute("SELECT object_id FROM lanes WHERE worker = '' AND due_at > 0 LIMIT 1").empty() &&
           db.execute("SELECT object_id FROM lanes WHERE worker > '' LIMIT 1").empty();
  });
  return none;
}

std::string mistake_in(storage::Database& store, std::int64_t jobs) {
  const auto wrong = number_of(store, "SELECT count(*) AS n FROM jobs WHERE status <> 'SUCCESS' OR attempts <> 1");
  if (wrong != 0) return std::to_string(wrong) + " jobs did not succeed at their first run";
  const auto all = number_of(store, "SELECT count(*) AS n FROM jobs");
  if (all != jobs) return std::to_string(all) + " jobs instead of " + std::to_string(jobs);
  const auto held = number_of(store, "SELECT count(*) AS n FROM lanes WHERE worker <> '' OR due_at IS NOT NULL");
  return held == 0 ? "" : std::to_string(held) + " lanes are due or held at the end";
}

void keep(storage::Database& store) {
  for (const char* table : {"jobs", "lanes"}) {
    store.write([&](storage::Connection& db) {
      db.execute(std::string("CREATE TABLE kept_") + table + " AS SELECT * FROM " + table);
    });
  }
}

void put_back(storage::Database& store) {
  for (const char* table : {"jobs", "lanes", "circuits", "workers"})
    store.write([&](storage::Connection& db) { db.execute(std::string("DELETE FROM ") + table); });
  for (const char* table : {"jobs", "lanes"}) {
    store.write([&](storage::Connection& db) {
      db.execute(std::string("INSERT INTO ") + table + " SELECT * FROM kept_" + table);
    });
  }
}

}  // namespace tricircle::bench
