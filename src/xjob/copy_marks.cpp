#include "base/log.hpp"
#include "xjob/copy_job.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {

namespace json = boost::json;
using engine::RunFailed;

std::string marked_name(const Copy& copy) {
  return "tricircle:" + copy.policy_id + ":" + copy.mark;
}

bool policy_is_gone(const remote::Answer& answer) {
  return answer.is(404) && answer.error_type == "QosPolicyNotFound";
}

base::Awaitable<std::vector<Marked>> find_marked(Context& context, remote::PodNeutron& pod, const Copy& copy) {
  const remote::Answer answer = co_await pod.find_policies(marked_name(copy));
  context.check_answer(answer, false);
  const json::object* body = answer.body.if_object();
  const json::value* list = body == nullptr ? nullptr : body->if_contains("policies");
  if (!answer.is(200) || list == nullptr || !list->is_array())
    throw RunFailed(RunFailed::Why::again, "the pod did not list its policies: " + answer.words);
  std::vector<Marked> found;
  for (const json::value& value : list->get_array()) {
    const json::object& policy = value.as_object();
    // Not every server filters: the name must be ours to the letter.
    if (policy.at("name") != json::value(marked_name(copy))) continue;
    const json::value* created = policy.if_contains("created_at");
    found.push_back({json::value_to<std::string>(policy.at("id")),
                     created != nullptr && created->is_string() ? json::value_to<std::string>(*created) : ""});
  }
  std::ranges::sort(found, {}, [](const Marked& one) { return std::tie(one.created_at, one.id); });
  co_return found;
}

base::Awaitable<void> delete_double(Context& context, remote::PodNeutron& pod, std::string local_id) {
  const remote::Answer answer = co_await pod.delete_policy(local_id);
  context.check_answer(answer, true);
  if (!answer.ok() && !policy_is_gone(answer))
    base::log::warn("double_copy_left region={} policy={} words=\"{}\"", pod.pod().region_name, local_id, answer.words);
}

base::Awaitable<void> delete_doubles(Context& context, remote::PodNeutron& pod, const Copy& copy) {
  for (const Marked& one : co_await find_marked(context, pod, copy)) {
    if (one.id != copy.local_id) co_await delete_double(context, pod, one.id);
  }
}

}  // namespace tricircle::xjob
