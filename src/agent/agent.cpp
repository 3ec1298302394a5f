#include "agent/agent.hpp"

#include "agent/sweep.hpp"
#include "base/log.hpp"
#include "base/metric_names.hpp"
#include "bus/consumer.hpp"

#include <future>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tricircle::agent {
namespace {

namespace asio = boost::asio;

constexpr base::Micros kLongestCall = 30 * base::kSecond;
constexpr base::Micros kJoinAgain = 1 * base::kSecond;
constexpr base::Micros kAfterFailure = 2 * base::kSecond;  // a sweep that did not come to its end

}  // namespace

class Agent::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(base::Runtime& runtime, http::Client& client, const base::Clock& clock, remote::Logins logins, Options options)
      : runtime_(runtime),
        clock_(clock),
        options_(std::move(options)),
        identities_(client, runtime, clock, std::move(logins)),
        centre_(client, identities_.own(), options_.central_url, options_.region),
        sweep_now_(runtime.executor()) {}

  void start() {
    if (options_.broker) {
      consumer_ = std::make_unique<bus::Consumer>(*options_.broker, options_.subscription, events());
    }
    runtime_.spawn("agent", run(shared_from_this()));
  }

  // After that nobody starts the consumer, and what its thread has still handed over waits for another agent.
  void stop() {
    std::promise<void> stopped;
    asio::post(runtime_.io(), [&] {
      stopping_ = true;
      sweep_now_.cancel();
      stopped.set_value();
    });
    stopped.get_future().wait();
    if (consumer_) consumer_->stop();
  }

 private:
  using Self = std::shared_ptr<Impl>;

  bus::Consumer::Events events() {
    const std::weak_ptr<Impl> weak = weak_from_this();
    const auto on_io = [this, weak](auto work) {
      asio::post(runtime_.io(), [weak, work = std::move(work)]() mutable {
        if (const Self self = weak.lock()) work(*self);
      });
    };
    return {[on_io] { on_io([](Impl& self) { self.ask_for_sweep(); }); },
            [on_io](bus::Receipt receipt, std::optional<std::string> body) {
              on_io([receipt, body = std::move(body)](Impl& self) { self.take(receipt, body); });
            }};
  }

  base::Awaitable<void> run(Self self) {
    co_await join(self);
    if (stopping_) co_return;
    reporter_ = std::make_shared<Reporter>(runtime_, clock_, centre_, pod_, options_,
                                           [this](std::string network) { network_tied(std::move(network)); });
    if (consumer_) consumer_->start();
    runtime_.spawn("agent_links", watch_links(self));
    co_await sweep_for_ever(self);
  }

  // Known at the centre, with an address: only then is there anything to do.
  base::Awaitable<void> join(Self) {
    while (!stopping_) {
      std::string why;
      try {
        const PodRow pod = co_await find_pod();
        if (!pod.neutron_url.empty()) co_return;
        why = pod.pod_id.empty() ? "the centre has no pod of this region yet: tricircle pod create"
                                 : "the centre does not know the pod's URL yet: tricircle pod check";
      } catch (const Away& away) {
        why = away.what();
      }
      base::log::warn("agent_waits region={} why=\"{}\"", options_.region, why);
      co_await base::pause(kJoinAgain);
    }
  }

  // A pod may have left and come back under another id, and moves.
  base::Awaitable<PodRow> find_pod() {
    PodRow pod = co_await centre_.find_pod();
    if (pod.neutron_url.empty() || pod.neutron_url == pod_url_) co_return pod;
    pod_url_ = pod.neutron_url;
    const remote::PodAddress address{pod.pod_id, options_.region, pod.neutron_url, false};
    pod_.is_at(identities_.neutron(address, kLongestCall));
    co_return pod;
  }

  base::Awaitable<void> sweep_for_ever(Self) {
    const base::Micros interval = consumer_ ? options_.sweep : options_.poll;
    while (!stopping_) {
      sweep_now_.expires_after(std::chrono::microseconds(interval));
      asked_ = false;
      std::string why;
      try {
        co_await find_pod();
        const Swept swept = co_await sweep(centre_, pod_, *reporter_, options_.link);
        base::metrics().add(base::metric::kAgentSweeps, {});
        base::log::info("swept region={} networks={} ports={} told={}", options_.region, swept.networks, swept.ports,
                        swept.told);
      } catch (const Away& away) {
        why = away.what();
      }
      if (!why.empty()) {
        base::log::warn("sweep_ended_early region={} error=\"{}\"", options_.region, why);
        sweep_now_.expires_after(std::chrono::microseconds(kAfterFailure));
      }
      if (asked_ || stopping_) continue;
      boost::system::error_code cancelled;  // somebody asks for one now
      co_await sweep_now_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
  }

  void ask_for_sweep() {
    asked_ = true;
    sweep_now_.cancel();
  }

  // A network that was tied at the centre: the agent hears of it by looking.
  base::Awaitable<void> watch_links(Self) {
    std::int64_t newest = 0;
    while (!stopping_) {
      try {
        const std::int64_t now = co_await centre_.newest_tie(kNetwork);
        if (now > newest) ask_for_sweep();
        newest = now;
      } catch (const Away&) {
        // The sweep tells of it.
      }
      co_await base::pause(options_.link_refresh);
    }
  }

  void network_tied(std::string local_id) { runtime_.spawn("sweep_network", sweep_one(shared_from_this(), local_id)); }

  base::Awaitable<void> sweep_one(Self, std::string local_id) {
    std::string why;
    try {
      co_await sweep_network(centre_, pod_, *reporter_, local_id);
      co_return;
    } catch (const Away& away) {
      why = away.what();
    }
    base::log::warn("sweep_ended_early network={} error=\"{}\"", local_id, why);
    ask_for_sweep();
  }

  // Acknowledged when the centre has answered for all that the message tells.
  void take(bus::Receipt receipt, const std::optional<std::string>& body) {
    base::metrics().add(base::metric::kAgentEvents, {});
    if (!body) {
      base::log::warn("notification_too_large region={} limit={}", options_.region, bus::kLargestBody);
      ask_for_sweep();  // whatever it told of
      return consumer_->done(receipt);
    }
    std::vector<Told> news = read_notification(*body);
    if (news.empty()) return consumer_->done(receipt);
    const auto left = std::make_shared<std::size_t>(news.size());
    for (Told& told : news) {
      reporter_->tell(std::move(told), [this, receipt, left] {
        if (--*left == 0) consumer_->done(receipt);
      });
    }
  }

  base::Runtime& runtime_;
  const base::Clock& clock_;
  const Options options_;
  remote::Identities identities_;
  Centre centre_;
  PodView pod_;
  std::string pod_url_;
  std::shared_ptr<Reporter> reporter_;
  std::unique_ptr<bus::Consumer> consumer_;  // made before the io thread hears of it
  asio::steady_timer sweep_now_;
  bool asked_ = false;  // io thread only, as all below
  bool stopping_ = false;
};

Agent::Agent(base::Runtime& runtime, http::Client& client, const base::Clock& clock, remote::Logins logins,
             Options options)
    : impl_(std::make_shared<Impl>(runtime, client, clock, std::move(logins), std::move(options))) {}

Agent::~Agent() = default;
void Agent::start() {
  impl_->start();
}
void Agent::stop() {
  impl_->stop();
}

}  // namespace tricircle::agent
