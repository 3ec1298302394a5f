#include "agent/pod_view.hpp"

namespace tricircle::agent {
namespace {

namespace json = boost::json;
using remote::Answer;

constexpr std::size_t kPage = 200;

const json::array& list_in(const Answer& answer, std::string_view name) {
  const json::value* list =
      answer.is(200) && answer.body.is_object() ? answer.body.get_object().if_contains(name) : nullptr;
  if (list == nullptr || !list->is_array())
    throw Away("the pod did not list its " + std::string(name) + ": " + answer.words);
  return list->get_array();
}

// Neutron's own word that there is no such object; a gateway's 404 has no type.
bool says_gone(const Answer& answer) {
  return answer.is(404) && !answer.error_type.empty();
}

}  // namespace

base::Awaitable<std::vector<LocalPort>> PodView::page_of_ports(std::vector<std::string> network_ids,
                                                               std::string marker) {
  const std::shared_ptr<remote::PodNeutron> neutron = neutron_;
  const Answer answer = co_await neutron->page_of_ports(std::move(network_ids), std::move(marker), kPage);
  std::vector<LocalPort> ports;
  for (const json::value& one : list_in(answer, "ports")) {
    if (auto port = local_port(one)) ports.push_back(std::move(*port));
  }
  co_return ports;
}

base::Awaitable<std::vector<LocalNetwork>> PodView::page_of_networks(std::string marker) {
  const std::shared_ptr<remote::PodNeutron> neutron = neutron_;
  const Answer answer = co_await neutron->page_of_networks(std::move(marker), kPage);
  std::vector<LocalNetwork> networks;
  for (const json::value& one : list_in(answer, "networks")) {
    if (auto network = local_network(one)) networks.push_back(std::move(*network));
  }
  co_return networks;
}

base::Awaitable<std::optional<LocalPort>> PodView::port(std::string id) {
  const std::shared_ptr<remote::PodNeutron> neutron = neutron_;
  const Answer answer = co_await neutron->get_port(std::move(id));
  if (says_gone(answer)) co_return std::nullopt;
  const json::value* shown =
      answer.is(200) && answer.body.is_object() ? answer.body.get_object().if_contains(kPort) : nullptr;
  std::optional<LocalPort> port;
  if (shown != nullptr) port = local_port(*shown);
  if (!port) throw Away("the pod did not show a port: " + answer.words);
  co_return port;
}

base::Awaitable<bool> PodView::is_gone(std::string type, std::string id) {
  const std::shared_ptr<remote::PodNeutron> neutron = neutron_;
  const Answer answer = co_await neutron->get_object(std::move(type), std::move(id));
  if (!answer.is(200) && !says_gone(answer)) throw Away("the pod did not show an object: " + answer.words);
  co_return says_gone(answer);
}

}  // namespace tricircle::agent
