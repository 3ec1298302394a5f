#include "network.hpp"

#include <boost/json/serialize.hpp>

namespace tricircle::sim {
namespace {

std::string region_of(const std::string& url) {
  const std::size_t begin = url.find("//") + 2;
  return url.substr(begin, url.find('/', begin) - begin);
}

http::OutResponse response_of(const PodAnswer& answer) {
  http::OutResponse response;
  response.end = http::End::answered;
  response.status = answer.status;
  response.headers["content-type"] = "application/json";
  if (!answer.body.is_null()) response.body = boost::json::serialize(answer.body);
  return response;
}

http::OutResponse no_answer(http::End end, const std::string& words) {
  http::OutResponse response;
  response.end = end;
  response.error = words;
  return response;
}

// A gateway's page, and not Neutron's word.
http::OutResponse gateway(int status) {
  http::OutResponse response;
  response.end = http::End::answered;
  response.status = status;
  response.headers["content-type"] = "text/html";
  response.body = "<html>" + std::to_string(status) + "</html>";
  return response;
}

}  // namespace

Micros Network::oldest_under_way(const std::string& region, Micros otherwise) const {
  Micros oldest = otherwise;
  for (const auto& [number, sent] : under_way_) {
    if (sent.first == region) oldest = std::min(oldest, sent.second);
  }
  return oldest;
}

std::optional<Fault> Network::next_fault(const std::string& region) {
  std::deque<Fault>& faults = faults_[region];
  if (faults.empty()) return std::nullopt;
  const Fault fault = faults.front();
  if (--faults.front().calls <= 0) faults.pop_front();
  ++spoiled_;
  return fault;
}

void Network::send(Client& client, std::uint64_t number, http::OutRequest request) {
  const std::string region = region_of(request.url);
  auto asked = std::make_shared<Asked>(Asked{client.process_.id(), number, std::move(request), pods_.at(region)});
  asked->pod->sent(asked->request);
  const std::optional<Fault> fault = next_fault(region);
  if (fault && fault->kind == Fault::Kind::refused)
    return answer(*asked, no_answer(http::End::not_sent, "connection refused"), world_.between(100, 2000));
  const Micros deadline = asked->request.timeout_ms * kMillisecond;
  const bool lost = fault && (fault->kind == Fault::Kind::lost || fault->kind == Fault::Kind::answer_lost);
  const bool late = fault && fault->kind == Fault::Kind::late;
  // A broken connection tells at once; a silent one when the deadline has passed.
  if (lost || late) {
    const Micros told = lost && world_.chance(50) ? world_.between(30 * kMillisecond, 60 * kMillisecond) : deadline;
    answer(*asked, no_answer(http::End::unseen, "no answer"), told);
  }
  if (fault && fault->kind == Fault::Kind::lost) return;
  const std::uint64_t write = ++writes_;
  if (asked->request.method != "GET") under_way_[write] = {region, world_.now()};
  Micros takes = world_.between(200, 6000);
  if (fault && fault->kind == Fault::Kind::slow) takes = world_.between(100 * kMillisecond, deadline * 9 / 10);
  if (late) takes = world_.between(deadline / 2, std::min(deadline, call_deadline_) + settle_ * 9 / 10);
  world_.after(takes, 0, [this, asked, fault, write] { arrive(asked, fault, write); });
}

void Network::arrive(std::shared_ptr<Asked> asked, const std::optional<Fault>& fault, std::uint64_t write) {
  const auto kind = fault ? std::optional(fault->kind) : std::nullopt;
  const bool silent = kind == Fault::Kind::answer_lost || kind == Fault::Kind::late;
  if (kind == Fault::Kind::status) {
    under_way_.erase(write);
    return answer(*asked, gateway(fault->status), world_.between(200, 3000));
  }
  if (kind == Fault::Kind::refusal) {
    under_way_.erase(write);
    return answer(*asked, response_of(neutron_error(fault->status, "BadRequest", "The pod will not.")),
                  world_.between(200, 3000));
  }
  http::OutResponse response = carry_out(*asked);
  // A gateway that repeats the POST of a policy makes a double that no answer tells of: only an audit can find it.
  const bool makes_policy = asked->request.method == "POST" && asked->request.url.ends_with("/policies");
  if (kind == Fault::Kind::twice && !makes_policy) {
    // Both are carried out; the second's answer is the one that comes.
    world_.after(world_.between(100, 20 * kMillisecond), 0, [this, asked, write] {
      http::OutResponse second = carry_out(*asked);
      under_way_.erase(write);
      answer(*asked, std::move(second), world_.between(200, 3000));
    });
    return;
  }
  under_way_.erase(write);
  if (kind == Fault::Kind::status_done) response = gateway(fault->status);
  if (!silent) answer(*asked, std::move(response), world_.between(200, 3000));
}

http::OutResponse Network::carry_out(const Asked& asked) {
  return response_of(asked.pod->handle(asked.request));
}

void Network::answer(const Asked& asked, http::OutResponse response, Micros after) {
  world_.after(after, asked.process,
               [this, process = asked.process, number = asked.number, response = std::move(response)]() mutable {
                 const auto found = clients_.find(process);
                 if (found != clients_.end()) found->second->answered(number, std::move(response));
               });
}

Client::Client(Network& network, Process& process) : network_(network), process_(process) {
  network_.clients_[process.id()] = this;
}

Client::~Client() {
  network_.clients_.erase(process_.id());
}

void Client::send(http::OutRequest request, std::function<void(http::OutResponse)> done) {
  const std::uint64_t number = ++numbers_;
  waiting_[number] = std::move(done);
  network_.send(*this, number, std::move(request));
}

void Client::answered(std::uint64_t number, http::OutResponse response) {
  const auto found = waiting_.find(number);
  if (found == waiting_.end()) return;
  const auto done = std::move(found->second);
  waiting_.erase(found);
  done(std::move(response));
}

}  // namespace tricircle::sim
