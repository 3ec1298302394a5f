#include "cloud.hpp"

#include "base/error.hpp"

#include <boost/json/parse.hpp>

namespace tricircle::sim {
namespace {

constexpr Micros kSyncTimeout = 1 * kSecond;

ApiAnswer api_answer(const http::Response& response) {
  return {response.status, response.body.empty() ? boost::json::value() : boost::json::parse(response.body)};
}

const api::Identify& callers() {
  static const api::Identify identify = api::caller_from_headers();
  return identify;
}

}  // namespace

engine::Options quick_options() {
  engine::Options options;
  options.lease = 2 * kSecond;
  options.beat = 500 * kMillisecond;
  options.stop_calling = 1200 * kMillisecond;
  options.call_deadline = 1 * kSecond;
  options.settle = 2 * kSecond;
  options.poll = 250 * kMillisecond;
  options.first_backoff = 50 * kMillisecond;
  options.longest_backoff = 2 * kSecond;
  options.first_probe = 200 * kMillisecond;
  options.longest_probe = 800 * kMillisecond;
  return options;
}

// So short that what an audit takes for drift and what is under way have every chance to be mixed up.
xjob::Upkeep quick_upkeep() {
  return {10 * kSecond, 50 * kMillisecond, 3 * kSecond};
}

Host::Host(World& world, Store& store, Network& network, int id, const std::string& name)
    : process(world, id, name), door(store, process), runtime(process), client(network, process) {
  world.add(id, &runtime);
  service.emplace(runtime, door, world, client, remote::Logins{}, quick_options(), quick_upkeep(),
                  std::filesystem::path());
}

Host::~Host() {
  door.shut();
  process.world().remove(process.id());
  process.world().forget(process.id());
  service.reset();
}

struct Cloud::Centre {
  Centre(World& world, Store& store, Network& network, int id, std::function<void()> committed)
      : host(world, store, network, id, "centre"),
        plugin(host.service->context(), world, {kSyncTimeout, true}, committed),
        neutron(host.door, world, plugin, callers()),
        admin(host.door, world, callers(), committed) {
    host.service->start(false);
  }
  Host host;
  api::CentralPlugin plugin;
  api::Neutron neutron;
  api::Admin admin;
};

// One call of a client on its way through the centre.
struct Cloud::Request {
  std::weak_ptr<Centre> centre;
  http::Request request;
  Answered answered;
};

Cloud::Cloud(World& world, Store& store, Network& network, int workers)
    : world_(world), store_(store), network_(network), workers_(static_cast<std::size_t>(workers)) {
  start_centre();
  for (std::size_t i = 0; i < workers_.size(); ++i) start_worker(i);
}

void Cloud::start_centre() {
  if (down_ || centre_) return;
  centre_ = std::make_shared<Centre>(world_, store_, network_, ++ids_, [this] { hint(); });
}

void Cloud::start_worker(std::size_t which) {
  if (down_ || workers_[which]) return;
  workers_[which] = std::make_shared<Host>(world_, store_, network_, ++ids_, "worker " + std::to_string(which + 1));
  workers_[which]->service->start(true);
}

// A datagram may be lost; the poll finds what is due.
void Cloud::hint() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (!world_.chance(80)) continue;
    world_.after(world_.between(50, 500), 0, [this, i] {
      if (workers_[i]) workers_[i]->service->hint();
    });
  }
}

void Cloud::call(const std::string& method, const std::string& target, const std::string& body,
                 const std::string& project, Answered answered) {
  if (!centre_) return;
  auto asked = std::make_shared<Request>();
  asked->centre = centre_;
  asked->answered = std::move(answered);
  http::Request& request = asked->request;
  const std::size_t question = target.find('?');
  request.method = method;
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = http::parse_query(target.substr(question + 1));
  request.headers = {
      {"host", "centre:9696"}, {"x-project-id", project}, {"x-roles", project == "service" ? "service" : "admin"}};
  request.body = body;
  request.id = "req-simulated";
  centre_->host.process.later(centre_->host.process.hop(), [this, asked] {
    carry_on(asked, [asked]() -> http::Reply {
      const auto centre = asked->centre.lock();
      return asked->request.path.starts_with("/v1.0") ? centre->admin.handle(asked->request)
                                                      : centre->neutron.handle(asked->request);
    });
  });
}

void Cloud::carry_on(const std::shared_ptr<Request>& asked, const std::function<http::Reply()>& step) {
  http::Response response;
  try {
    http::Reply reply = step();
    if (auto* pending = std::get_if<http::Pending>(&reply)) {
      auto then = std::make_shared<std::function<http::Reply()>>(std::move(pending->then));
      pending->start([this, asked, then] {
        const auto centre = asked->centre.lock();
        if (!centre) return;
        Process& process = centre->host.process;
        process.later(process.hop(), [this, asked, then] { carry_on(asked, *then); });
      });
      return;
    }
    response = std::get<http::Response>(std::move(reply));
  } catch (...) {
    response = api::error_response(asked->request, std::current_exception());
  }
  asked->answered(api_answer(response));
}

void Cloud::go_down() {
  down_ = true;
  centre_.reset();
  for (auto& worker : workers_) worker.reset();
}

void Cloud::come_up() {
  down_ = false;
  start_centre();
  for (std::size_t i = 0; i < workers_.size(); ++i) start_worker(i);
}

void Cloud::kill_worker(std::size_t which, Micros comes_again) {
  if (!workers_[which]) return;
  workers_[which].reset();
  world_.after(comes_again, 0, [this, which] { start_worker(which); });
}

void Cloud::kill_centre(Micros comes_again) {
  if (!centre_) return;
  centre_.reset();
  world_.after(comes_again, 0, [this] { start_centre(); });
}

void Cloud::stall_worker(std::size_t which, Micros for_so_long) {
  if (workers_[which]) world_.stall(workers_[which]->process.id(), world_.now() + for_so_long);
}

void Cloud::stall_centre(Micros for_so_long) {
  if (centre_) world_.stall(centre_->host.process.id(), world_.now() + for_so_long);
}

void Cloud::break_store(std::size_t which_worker, int writes) {
  if (which_worker < workers_.size()) {
    if (workers_[which_worker]) workers_[which_worker]->door.fail_next(writes);
  } else if (centre_) {
    centre_has_failed_ = true;
    centre_->host.door.fail_next(writes);
  }
}

}  // namespace tricircle::sim
