#include "xjob/binding_job.hpp"

#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using engine::RunFailed;

constexpr int kMostRounds = 5;

}  // namespace

bool object_is_gone(const remote::Answer& answer, const std::string& type) {
  return answer.is(404) && answer.error_type == (type == kNetwork ? "NetworkNotFound" : "PortNotFound");
}

std::string not_there(const std::string& type) {
  return "the pod has no such " + type;
}

base::Awaitable<Seen> see_object(Context& context, remote::PodNeutron& pod, std::string type, std::string local_id) {
  const remote::Answer answer = co_await pod.get_object(type, local_id);
  context.check_answer(answer, false);
  Seen seen;
  if (object_is_gone(answer, type)) {
    seen.gone = true;
    co_return seen;
  }
  const json::object* body = answer.body.if_object();
  if (!answer.is(200) || body == nullptr || !body->contains(type))
    throw RunFailed(RunFailed::Why::again, "the pod did not show its " + type + ": " + answer.words);
  const json::object& object = body->at(type).as_object();
  const json::value& policy = object.at("qos_policy_id");
  if (policy.is_string()) seen.policy_id = json::value_to<std::string>(policy);
  seen.revision = json::value_to<std::int64_t>(object.at("revision_number"));
  if (type == kNetwork) seen.backing = backing_of(object);
  co_return seen;
}

base::Awaitable<Seen> see_object_after(bool refused, Context& context, remote::PodNeutron& pod, std::string type,
                                       std::string local_id) {
  try {
    co_return co_await see_object(context, pod, std::move(type), std::move(local_id));
  } catch (const RunFailed& failure) {
    if (!refused) throw;
    throw context.as_unseen_write(failure);
  }
}

base::Awaitable<LetGo> let_go(Context& context, remote::PodNeutron& pod, std::string type, std::string local_id) {
  for (int round = 0; round < kMostRounds; ++round) {
    const Seen seen = co_await see_object_after(round > 0, context, pod, type, local_id);
    if (seen.gone) co_return LetGo::gone;
    if (seen.policy_id.empty()) co_return LetGo::done;
    const bool ours = co_await context.read(
        [&](storage::Connection& db) { return is_our_copy(db, seen.policy_id, pod.pod().pod_id); });
    if (!ours) co_return LetGo::foreign;
    const remote::Answer answer = co_await pod.bind_object(type, local_id, "", seen.revision);
    context.check_answer(answer, true);
    if (answer.ok()) co_return LetGo::done;
    if (object_is_gone(answer, type)) co_return LetGo::gone;
    if (!answer.is(412)) throw RunFailed(RunFailed::Why::again, answer.words);
  }
  throw RunFailed(RunFailed::Why::again, "the pod's " + type + " keeps changing under our hands",
                  context.uncertain_until());
}

}  // namespace tricircle::xjob
