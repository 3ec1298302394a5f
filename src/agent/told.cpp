#include "agent/told.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::agent {
namespace {

namespace json = boost::json;

const json::object& object_in(const json::value& value) {
  static const json::object kNone;
  return value.is_object() ? value.get_object() : kNone;
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

std::int64_t number(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// A list of {subnet_id, ip_address} and of nothing else, for it goes on to the centre.
json::array addresses_in(const json::object& port) {
  json::array addresses;
  const json::value* list = port.if_contains("fixed_ips");
  if (list == nullptr || !list->is_array()) return addresses;
  for (const json::value& one : list->get_array()) {
    const std::string subnet = text(object_in(one), "subnet_id");
    const std::string address = text(object_in(one), "ip_address");
    if (!subnet.empty() && !address.empty())
      addresses.push_back(json::object{{"subnet_id", subnet}, {"ip_address", address}});
  }
  return addresses;
}

json::value parsed(std::string_view text) {
  json::error_code unreadable;
  json::value value = json::parse(text, unreadable);
  return unreadable ? json::value() : value;
}

// Of a call that made or changed one object, or several at once.
void take_changed(const json::object& payload, const std::string& type, std::vector<Told>& news) {
  const auto take = [&](const json::value& object) {
    if (type == kPort) {
      if (auto port = local_port(object)) news.push_back(told_of(std::move(*port)));
    } else if (auto network = local_network(object)) {
      news.push_back(told_of(std::move(*network)));
    }
  };
  if (const json::value* one = payload.if_contains(type)) take(*one);
  const json::value* several = payload.if_contains(type + "s");
  if (several == nullptr || !several->is_array()) return;
  for (const json::value& one : several->get_array()) take(one);
}

}  // namespace

std::optional<LocalPort> local_port(const json::value& value) {
  const json::object& object = object_in(value);
  LocalPort port;
  port.id = text(object, "id");
  port.network_id = text(object, "network_id");
  if (port.id.empty() || port.network_id.empty()) return std::nullopt;
  port.project_id = text(object, "project_id");
  port.name = text(object, "name");
  port.mac_address = text(object, "mac_address");
  port.device_id = text(object, "device_id");
  port.device_owner = text(object, "device_owner");
  port.created_at = text(object, "created_at");
  if (object.contains("binding:host_id")) port.host = text(object, "binding:host_id");
  port.revision = number(object, "revision_number");
  const json::value* up = object.if_contains("admin_state_up");
  port.admin_state_up = up == nullptr || !up->is_bool() || up->get_bool();
  port.fixed_ips = addresses_in(object);
  return port;
}

std::optional<LocalNetwork> local_network(const json::value& value) {
  const json::object& object = object_in(value);
  LocalNetwork network{text(object, "id"), text(object, "project_id"), text(object, "name"), {}};
  if (network.id.empty()) return std::nullopt;
  const json::value* tags = object.if_contains("tags");
  if (tags == nullptr || !tags->is_array()) return network;
  for (const json::value& tag : tags->get_array()) {
    if (tag.is_string()) network.tags.push_back(json::value_to<std::string>(tag));
  }
  return network;
}

Told told_of(LocalPort port) {
  std::string id = port.id;
  return {kPort, std::move(id), std::move(port), std::nullopt};
}
Told told_of(LocalNetwork network) {
  std::string id = network.id;
  return {kNetwork, std::move(id), std::nullopt, std::move(network)};
}
Told told_gone(std::string type, std::string id) {
  return {std::move(type), std::move(id), std::nullopt, std::nullopt};
}

std::vector<Told> read_notification(std::string_view body) {
  const json::value envelope = parsed(body);
  const json::value message = parsed(text(object_in(envelope), "oslo.message"));
  const json::object& notification = object_in(message);
  const std::string event = text(notification, "event_type");
  const json::value* payload = notification.if_contains("payload");
  std::vector<Told> news;
  if (payload == nullptr) return news;
  for (const char* type : {kPort, kNetwork}) {
    const std::string prefix = std::string(type) + ".";
    if (event == prefix + "create.end" || event == prefix + "update.end") take_changed(object_in(*payload), type, news);
    const std::string id = text(object_in(*payload), std::string(type) + "_id");
    if (event == prefix + "delete.end" && !id.empty()) news.push_back(told_gone(type, id));
  }
  return news;
}

}  // namespace tricircle::agent
