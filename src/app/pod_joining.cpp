#include "app/pod_joining.hpp"

#include "app/table_printer.hpp"
#include "app/waiting.hpp"

#include <algorithm>
#include <iostream>

#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
constexpr int kNotInTime = 5;
constexpr int kUnfit = 6;

std::int64_t number_of(const json::value& answer, const char* name) {
  return answer.at("check").at(name).to_number<std::int64_t>();
}

}  // namespace

json::value pod_check(AdminClient& client, const std::string& pod_id, std::int64_t timeout_seconds) {
  const std::string path = "/pods/" + pod_id + "/check";
  const std::int64_t asked = number_of(client.call("POST", path), "asked");
  json::value now;
  const auto is_looked_at = [&] {
    now = client.call("GET", path);
    return number_of(now, "answered") >= asked;
  };
  if (becomes_true(is_looked_at, timeout_seconds)) return now;
  throw CommandFailed(kNotInTime, "The pod is known, and was not looked at within " + std::to_string(timeout_seconds) +
                                      " s. Is XJob running?");
}

json::value move_pod(AdminClient& client, const std::string& pod_id, const PodPlace& place) {
  json::object pod;
  if (!place.interface.empty()) pod["interface"] = place.interface;
  if (!place.service_type.empty()) pod["service_type"] = place.service_type;
  // They are of the catalogue, and so will the URL be.
  if (place.from_catalogue || !pod.empty() || !place.neutron_url.empty()) pod["neutron_url"] = place.neutron_url;
  if (pod.empty())
    throw CommandFailed(2, "Say where its Neutron is: --neutron-url, --interface, --service-type or --from-catalogue.");
  return client.call("PUT", "/pods/" + pod_id, json::object{{"pod", pod}});
}

void purge_pod(AdminClient& client, const std::string& id_or_region, std::int64_t timeout_seconds) {
  const std::string id = client.pod_id(id_or_region);
  client.call("DELETE", "/pods/" + id + "?purge=true");
  std::size_t left = 0;
  const auto is_gone = [&] {
    const json::value pods = client.call("GET", "/pods");
    const auto is_it = [&](const json::value& pod) { return pod.at("pod_id") == json::value(id); };
    if (std::ranges::none_of(pods.at("pods").as_array(), is_it)) return true;
    const std::size_t now = client.all("/copies?pod_id=" + id, "copies").size();
    if (now != left) std::cerr << now << " copies are still there\n";
    left = now;
    return false;
  };
  if (becomes_true(is_gone, timeout_seconds)) return;
  throw CommandFailed(kNotInTime, "Not all is gone within " + std::to_string(timeout_seconds) +
                                      " s; XJob goes on. What is still there: tricircle copy list --pod " +
                                      id_or_region);
}

void tell_problems(const json::value& answer, std::ostream& out) {
  const json::object& check = answer.at("check").as_object();
  const std::string region = safe_text(json::value_to<std::string>(check.at("region_name")));
  for (const json::value& problem : check.at("problems").as_array()) {
    out << region << (problem.at("fatal").as_bool() ? ": " : ", to know: ")
        << safe_text(json::value_to<std::string>(problem.at("words"))) << '\n';
  }
  if (!check.at("well").as_bool())
    throw CommandFailed(kUnfit, "No policy can be kept true in " + region +
                                    " as it is. Put it right, then: tricircle pod check " + region);
}

}  // namespace tricircle::app
