#include "agent/reporter.hpp"

#include "base/log.hpp"
#include "base/metric_names.hpp"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/value_to.hpp>
#include <boost/system/error_code.hpp>

namespace tricircle::agent {
namespace {

constexpr base::Micros kFirstPause = 100 * base::kMillisecond;
constexpr base::Micros kLongestPause = 5 * base::kSecond;
constexpr std::string_view kTag = "tricircle:";

// What is gone does not come back under its id.
bool is_newer(const Told& told, const Told& than) {
  if (than.gone()) return false;
  if (!told.port || !than.port) return true;
  if (told.port->created_at != than.port->created_at) return told.port->created_at > than.port->created_at;
  return told.port->revision >= than.port->revision;
}

bool is_told(const Tie& tie, const LocalPort& port) {
  return tie.reported_created_at == port.created_at && tie.reported_revision >= port.revision;
}

// The centre may have made the port itself, ahead of the boot: then it has another id there.
std::string id_in(const remote::Answer& answer) {
  const boost::json::object* body = answer.body.if_object();
  const boost::json::value* port = body == nullptr ? nullptr : body->if_contains("port");
  const boost::json::value* id = port == nullptr || !port->is_object() ? nullptr : port->get_object().if_contains("id");
  if (id == nullptr || !id->is_string()) throw Away("the centre did not show the port that it has taken");
  return boost::json::value_to<std::string>(*id);
}

void warn_if_refused(const remote::Answer& answer, const std::string& type, const std::string& id) {
  if (answer.ok()) return;
  base::metrics().add(base::metric::kAgentReports, {"refused"});
  base::log::warn("report_refused type={} id={} status={} words=\"{}\"", type, id, answer.status, answer.words);
}

}  // namespace

Reporter::Reporter(base::Runtime& runtime, const base::Clock& clock, Centre& centre, PodView& pod,
                   const Options& options, std::function<void(std::string)> tied)
    : runtime_(runtime),
      clock_(clock),
      centre_(centre),
      pod_(pod),
      options_(options),
      tied_(std::move(tied)),
      links_(centre, clock) {}

void Reporter::tell(Told told, Done done) {
  const std::string key = told.type + " " + told.id;
  Waiting& entry = waiting_[key];
  if (!entry.next || is_newer(told, *entry.next)) entry.next = std::move(told);
  entry.to_call.push_back(std::move(done));
  if (entry.busy) return;
  entry.busy = true;
  runtime_.spawn("report", work_off(shared_from_this(), key));
}

base::Awaitable<void> Reporter::tell_and_wait(Told told) {
  const auto told_it = std::make_shared<boost::asio::steady_timer>(runtime_.executor());
  told_it->expires_at(boost::asio::steady_timer::time_point::max());
  tell(std::move(told), [told_it] { told_it->expires_at(boost::asio::steady_timer::time_point::min()); });
  boost::system::error_code cancelled;  // by the change of its end
  co_await told_it->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
}

base::Awaitable<void> Reporter::work_off(std::shared_ptr<Reporter> self, std::string key) {
  for (;;) {
    Waiting& entry = waiting_[key];
    if (!entry.next) break;
    Told told = std::move(*entry.next);
    entry.next.reset();
    const std::vector<Done> to_call = std::move(entry.to_call);
    entry.to_call.clear();
    co_await deliver_at_last(std::move(told));
    for (const Done& done : to_call) done();
  }
  waiting_.erase(key);
}

base::Awaitable<void> Reporter::deliver_at_last(Told told) {
  for (base::Micros wait = kFirstPause;; wait = std::min(wait * 2, kLongestPause)) {
    std::string why;
    try {
      Told once = told;
      co_await deliver(std::move(once));
      base::metrics().add(base::metric::kAgentReports, {"done"});
      co_return;
    } catch (const Away& away) {
      why = away.what();
    }
    base::metrics().add(base::metric::kAgentReports, {"again"});
    base::log::warn("report_waits type={} id={} error=\"{}\"", told.type, told.id, why);
    co_await base::pause(wait);
  }
}

base::Awaitable<void> Reporter::deliver(Told told) {
  if (told.port) {
    co_await port_is(std::move(*told.port));
  } else if (told.network) {
    co_await network_is(std::move(*told.network));
  } else if (told.type == kPort) {
    co_await port_gone(std::move(told.id));
  } else {
    co_await network_gone(std::move(told.id));
  }
}

base::Awaitable<void> Reporter::port_is(LocalPort port) {
  const std::string network = co_await links_.central_network(port.network_id);
  if (network.empty()) co_return;
  Tie tie = co_await links_.port(port.id);
  if (is_told(tie, port)) co_return;
  if (!port.host) {
    std::optional<LocalPort> whole = co_await pod_.port(port.id);
    if (!whole) co_return;  // it is gone since, which is news of its own
    port = std::move(*whole);
  }
  co_await turn();
  if (!tie.central_id.empty()) {
    const remote::Answer answer = co_await centre_.report(port, tie.central_id);
    warn_if_refused(answer, kPort, port.id);
    // The centre's own users have deleted it; what lives in the pod is there all the same.
    if (answer.is(404)) tie = Tie{};
  }
  if (tie.central_id.empty()) {
    const remote::Answer answer = co_await centre_.adopt(port, network);
    warn_if_refused(answer, kPort, port.id);
    if (!answer.ok()) co_return links_.forget_port(port.id);
    tie.central_id = id_in(answer);
  }
  tie.local_id = port.id;
  tie.reported_created_at = port.created_at;
  tie.reported_revision = port.revision;
  links_.told(port.id, std::move(tie));
}

base::Awaitable<void> Reporter::port_gone(std::string id) {
  const Tie tie = co_await links_.port(id);
  if (tie.central_id.empty()) co_return;
  co_await turn();
  const remote::Answer answer = co_await centre_.gone(kPort, tie.central_id);
  if (!answer.is(404)) warn_if_refused(answer, kPort, id);
  links_.forget_port(id);
}

base::Awaitable<void> Reporter::network_is(LocalNetwork network) {
  const std::string central = co_await central_network_for(network);
  if (central.empty()) co_return;
  const std::string known = co_await links_.central_network(network.id);
  if (!known.empty()) co_return;
  co_await turn();
  const remote::Answer answer = co_await centre_.tie_network(central, network);
  if (!answer.ok() && !answer.is(409)) co_return warn_if_refused(answer, kNetwork, network.id);
  if (answer.ok()) base::log::info("network_tied local={} central={}", network.id, central);
  links_.network_changed(network.id);
  tied_(network.id);
}

base::Awaitable<std::string> Reporter::central_network_for(LocalNetwork network) {
  if (options_.link == LinkRule::none) co_return std::string();
  for (const std::string& tag : network.tags) {
    if (tag.starts_with(kTag)) co_return tag.substr(kTag.size());
  }
  if (options_.link != LinkRule::name || network.name.empty()) co_return std::string();
  const std::vector<std::string> named = co_await centre_.networks_named(network.name, network.project_id);
  co_return named.size() == 1 ? named.front() : std::string();
}

base::Awaitable<void> Reporter::network_gone(std::string id) {
  const std::string central = co_await links_.central_network(id);
  if (central.empty()) co_return;
  co_await turn();
  const remote::Answer answer = co_await centre_.gone(kNetwork, central);
  if (!answer.is(404)) warn_if_refused(answer, kNetwork, id);
  links_.network_changed(id);
}

base::Awaitable<void> Reporter::turn() {
  const base::Micros now = clock_.monotonic();
  const base::Micros mine = std::max(now, next_turn_);
  next_turn_ = mine + base::kSecond / options_.reports_per_second;
  if (mine > now) co_await base::pause(mine - now);
}

}  // namespace tricircle::agent
