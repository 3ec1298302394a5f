#include "node.hpp"

#include "engine/job.hpp"
#include "engine/write.hpp"

namespace tricircle::bench {

Node::Node(const Store& store, const Load& load, Started started)
    : store_(storage::open_database(store.connection)), started_(std::move(started)) {
  engine::Options options;
  options.in_flight = load.in_flight;
  options.in_flight_per_pod = load.in_flight_per_pod;
  options.first_probe = options.longest_probe = 3600 * base::kSecond;
  worker_ = std::make_unique<engine::Worker>(runtime_, *store_, clock_, options, store.locks);
}

Node::~Node() {
  stop();
}

void Node::start() {
  runtime_.start();
  worker_->start([this](engine::Lane lane) { return run(std::move(lane)); },
                 [](std::string) -> base::Awaitable<bool> { co_return false; });
}

void Node::stop() {
  worker_->stop(10);
  runtime_.stop();
}

base::Awaitable<void> Node::run(engine::Lane lane) {
  if (started_) started_(lane);
  co_await engine::write(runtime_, *store_, [&](storage::Connection& db) {
    engine::finish(db, lane, std::nullopt, 0);
    engine::close_jobs(db, lane, 1, "", clock_.now());
  });
  ++done_;
}

}  // namespace tricircle::bench
