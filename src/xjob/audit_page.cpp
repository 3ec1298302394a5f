#include "xjob/audit_page.hpp"

#include "base/log.hpp"
#include "base/metric_names.hpp"
#include "xjob/binding_job.hpp"
#include "xjob/copy_job.hpp"

#include <map>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using engine::RunFailed;

using ById = std::map<std::string, json::object>;

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

ById listed(const remote::Answer& answer, const std::string& collection) {
  const json::object* body = answer.body.if_object();
  const json::value* list = body == nullptr ? nullptr : body->if_contains(collection);
  if (!answer.is(200) || list == nullptr || !list->is_array())
    throw RunFailed(RunFailed::Why::again, "the pod did not list its " + collection + ": " + answer.words);
  ById objects;
  for (const json::value& value : list->get_array()) {
    if (value.is_object()) objects[text(value.get_object(), "id")] = value.get_object();
  }
  return objects;
}

// Neutron keeps no record of who, only of when and how often.
std::string last_change(const json::object& shown) {
  std::string words;
  if (const std::string at = text(shown, "updated_at"); !at.empty()) words = "changed there at " + at;
  const json::value* revision = shown.if_contains("revision_number");
  if (revision != nullptr && revision->is_int64())
    words += (words.empty() ? "revision " : ", revision ") + std::to_string(revision->get_int64());
  return words;
}

class PageLook {
 public:
  PageLook(Context& context, remote::PodNeutron& pod, std::vector<Audited> page)
      : context_(context), pod_(pod), page_(std::move(page)), kind_(page_.front().lane.kind) {}

  base::Awaitable<PageSeen> look() {
    const ById shown = co_await list();
    for (const Audited& one : page_) {
      const auto there = shown.find(one.local_id);
      if (there == shown.end()) {
        // What bears nothing of ours may be gone.
        if (!one.policy_id.empty() && co_await is_gone(one)) add(one, not_there(kind_), "");
      } else {
        const std::string found = co_await difference(one, there->second);
        if (!found.empty()) {
          add(one, found, last_change(there->second));
        } else if (one.state == kDrifted) {
          seen_.right_again.push_back(one);
        }
      }
    }
    const std::string& region = pod_.pod().region_name;
    base::metrics().add(base::metric::kAuditLooked, {region}, static_cast<double>(page_.size()));
    base::metrics().add(base::metric::kAuditFound, {region}, static_cast<double>(seen_.drifts.size()));
    co_return std::move(seen_);
  }

 private:
  base::Awaitable<ById> list() {
    std::vector<std::string> ids;
    for (const Audited& one : page_) ids.push_back(one.local_id);
    ++seen_.calls;
    const bool policies = kind_ == kPolicyLane;
    // (Not in one expression with ?: -- the coroutine would be begun on both sides.)
    remote::Answer answer;
    if (policies) {
      answer = co_await pod_.list_policies(std::move(ids));
    } else {
      answer = co_await pod_.list_objects(kind_, std::move(ids));
    }
    context_.check_answer(answer, false);
    co_return listed(answer, policies ? "policies" : kind_ + "s");
  }

  base::Awaitable<bool> is_gone(const Audited& one) {
    ++seen_.calls;
    if (kind_ != kPolicyLane) {
      const Seen there = co_await see_object(context_, pod_, kind_, one.local_id);
      co_return there.gone;
    }
    const remote::Answer answer = co_await pod_.get_policy(one.local_id);
    context_.check_answer(answer, false);
    co_return policy_is_gone(answer);
  }

  base::Awaitable<std::string> difference(const Audited& one, const json::object& shown) {
    if (kind_ == kPolicyLane) {
      const std::optional<Copy> copy = co_await context_.read(
          [&](storage::Connection& db) { return find_copy(db, one.lane.object_id, one.lane.pod_id); });
      co_return copy ? drift_of(*copy, shown) : std::string();
    }
    const std::string there = text(shown, "qos_policy_id");
    if (!one.policy_id.empty()) {
      if (there == one.expected || one.expected.empty()) co_return std::string();
      co_return "it has " + (there.empty() ? "no policy" : "policy " + there) + " instead of " + one.expected;
    }
    // A pod that was restored, or a port that was made anew under its old id.
    if (one.state == kRefused && one.last_error.starts_with(not_there(kind_))) co_return "it is there again";
    // Under no wish of the centre's a policy of the pod's own is none of our business.
    if (there.empty()) co_return std::string();
    const bool ours =
        co_await context_.read([&](storage::Connection& db) { return is_our_copy(db, there, one.lane.pod_id); });
    co_return ours ? "it has our policy " + there + ", and the centre wants none" : std::string();
  }

  void add(const Audited& one, std::string found, std::string pod_says) {
    seen_.drifts.push_back(
        {one,
         {one.lane, one.local_id, one.policy_id, one.project_id, std::move(found), std::move(pod_says), one.on_drift}});
  }

  Context& context_;
  remote::PodNeutron& pod_;
  const std::vector<Audited> page_;
  const std::string kind_;
  PageSeen seen_;
};

}  // namespace

base::Awaitable<PageSeen> see_page(Context& context, remote::PodNeutron& pod, std::vector<Audited> page) {
  PageLook look(context, pod, std::move(page));
  co_return co_await look.look();
}

std::int64_t keep_findings(Connection& db, const PageSeen& page, const std::string& region, base::Micros now) {
  std::int64_t news = 0;
  for (const auto& [object, drift] : page.drifts) {
    if (audited_again(db, object) != object) continue;
    if (note_drift(db, drift, now)) {
      ++news;
      base::log::warn("drift region={} {}={} local={} found=\"{}\" on_drift={}", region, object.lane.kind,
                      object.lane.object_id, object.local_id, drift.found, drift.on_drift);
    }
    if (drift.on_drift == kEnforce) engine::wake(db, object.lane, now, engine::Wake::fresh_wish);
  }
  // The run will read it and say what its state is.
  for (const Audited& object : page.right_again) {
    if (audited_again(db, object) == object) engine::wake(db, object.lane, now, engine::Wake::routine);
  }
  return news;
}

}  // namespace tricircle::xjob
