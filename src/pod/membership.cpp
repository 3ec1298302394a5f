#include "pod/membership.hpp"

#include "base/log.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::pod {
namespace {

namespace json = boost::json;
constexpr std::int64_t kFirstWait = 100'000;
constexpr std::int64_t kLongestWait = 2'000'000;

}  // namespace

base::Awaitable<void> Membership::join(std::shared_ptr<void> owner, const bool& stopping) {
  std::int64_t wait = kFirstWait;
  while (!stopping && !co_await try_once()) {
    co_await base::pause(wait);
    wait = std::min(wait * 2, kLongestWait);
  }
}

base::Awaitable<bool> Membership::try_once() {
  const json::object pod{
      {"region_name", region_}, {"az_name", "az_" + region_}, {"neutron_url", own_url_}, {"embedded", true}};
  json::object body{{"pod", pod}};
  remote::Answer answer = co_await centre_.async_send("POST", "/v1.0/pods", body);
  if (answer.ok()) {
    pod_id_ = json::value_to<std::string>(answer.body.at("pod").at("pod_id"));
    co_return true;
  }
  if (!answer.is(409)) {
    base::log::warn("pod_not_known_yet region={} words=\"{}\"", region_, answer.words);
    co_return false;
  }
  answer = co_await centre_.async_send("GET", "/v1.0/pods", {});
  if (!answer.ok()) co_return false;
  for (const json::value& known : answer.body.at("pods").as_array()) {
    if (known.at("region_name") != json::value(region_)) continue;
    const std::string id = json::value_to<std::string>(known.at("pod_id"));
    json::object change{{"pod", json::object{{"neutron_url", own_url_}, {"embedded", true}}}};
    answer = co_await centre_.async_send("PUT", "/v1.0/pods/" + id, change);
    if (answer.ok()) pod_id_ = id;
    co_return answer.ok();
  }
  co_return false;
}

}  // namespace tricircle::pod
