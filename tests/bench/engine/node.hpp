// A worker as a process has one: a store on the file, a runtime and an engine of its own. Its runs do nothing: they
// finish their lane and close its job in one durable transaction. Used by one thread but where said.
#pragma once
#include "engine/worker.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace tricircle::bench {

// Where the jobs are: `connection` as in [database] of the configuration; in `locks` workers hold a file lock each.
struct Store {
  std::string connection;
  std::filesystem::path locks;
};

struct Load {
  std::size_t in_flight = 4096;  // runs at a time in one worker
  std::size_t in_flight_per_pod = 256;
};

class Node {
 public:
  // `started` is called on the io thread when a run of the lane begins.
  using Started = std::function<void(const engine::Lane&)>;

  Node(const Store& store, const Load&, Started started = {});
  ~Node();

  storage::Database& store() { return *store_; }
  void start();
  void hint() { worker_->hint(); }  // any thread
  void stop();
  std::int64_t done() const { return done_; }  // runs whose record is committed. Any thread

 private:
  base::Awaitable<void> run(engine::Lane lane);

  const base::SystemClock clock_;
  std::unique_ptr<storage::Database> store_;
  base::Runtime runtime_;
  Started started_;
  std::unique_ptr<engine::Worker> worker_;
  std::atomic<std::int64_t> done_ = 0;
};

}  // namespace tricircle::bench
