#include "xjob/context.hpp"

#include "http/retry_after.hpp"

#include <algorithm>

namespace tricircle::xjob {

using engine::RunFailed;

remote::PodNeutron Context::neutron(const remote::PodAddress& pod) const {
  return neutron(pod, worker.options().call_deadline);
}

remote::PodNeutron Context::neutron(const remote::PodAddress& pod, base::Micros longest) const {
  remote::PodNeutron neutron = identities.neutron(pod, std::min(longest, worker.options().call_deadline));
  neutron.follow(trace);
  neutron.ask_first([&worker = worker, life = life] {
    if (!worker.may_call(life)) throw RunFailed(RunFailed::Why::again, "this worker has stopped, or had");
  });
  return neutron;
}

void Context::check_answer(const remote::Answer& answer, bool wrote) const {
  if (!answer.answered()) {
    const bool unseen = wrote && answer.end == http::End::unseen;
    throw RunFailed(RunFailed::Why::pod_silent, answer.words, unseen ? uncertain_until() : 0);
  }
  const int status = answer.status;
  // Neutron names the type of its errors; one without is some gateway's, and may be another the next time.
  const bool by_gateway = status >= 400 && answer.error_type.empty();
  const bool unlucky = by_gateway || status == 401 || status == 403 || status == 408 || status == 429 ||
                       (status >= 500 && status != 501);
  if (!unlucky) return;
  // A gateway's word about a write says nothing of what the server behind it did; 401 says that nobody was let in.
  const bool unseen = wrote && ((by_gateway && status != 401) || status >= 500);
  base::Micros not_before = 0;
  if (status == 429 || status == 503) {
    const base::Micros now = clock.now();
    if (const auto wait = http::retry_after(answer.retry_after, now)) not_before = now + *wait;
  }
  throw RunFailed(RunFailed::Why::again, answer.words, unseen ? uncertain_until() : 0, not_before);
}

RunFailed Context::as_unseen_write(const RunFailed& failure) const {
  return {failure.why, failure.what(), uncertain_until(), failure.not_before};
}

base::Micros Context::uncertain_until() const {
  return clock.now() + worker.options().call_deadline + worker.options().settle;
}

}  // namespace tricircle::xjob
