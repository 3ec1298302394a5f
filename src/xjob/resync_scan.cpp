#include "xjob/resync_scan.hpp"

#include "base/ids.hpp"
#include "engine/worker.hpp"
#include "xjob/copies.hpp"
#include "xjob/copy_job.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::xjob {
namespace {

namespace json = boost::json;
using engine::RunFailed;

// What a Neutron shows well within a call's deadline (100 policies take it more than half a second).
constexpr std::size_t kPoliciesAPage = 100;
constexpr std::size_t kObjectsAPage = 500;
constexpr std::string_view kOurs = "tricircle:";
constexpr std::size_t kUuid = 36;

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

SeenPolicy seen_policy(json::object shown) {
  SeenPolicy seen{text(shown, "id"), "", text(shown, "created_at"), false, {}};
  if (const json::value* tags = shown.if_contains("tags"); tags != nullptr && tags->is_array()) {
    for (const json::value& tag : tags->get_array()) {
      if (!tag.is_string() || seen.tagged) continue;
      seen.central_id = central_of_tag(tag.get_string());
      seen.tagged = !seen.central_id.empty();
    }
  }
  if (!seen.tagged) seen.central_id = central_of_name(text(shown, "name"));
  seen.shown = std::move(shown);
  return seen;
}

class Scanner {
 public:
  Scanner(Context& context, remote::PodNeutron& pod, Progress progress)
      : context_(context), pod_(pod), progress_(std::move(progress)) {}

  base::Awaitable<Scan> scan(std::set<std::string> recorded) {
    recorded_ = recorded;
    co_await see_all("policies", [this](std::string after) { return pod_.page_of_policies(after, kPoliciesAPage); });
    for (const std::string type : {kNetwork, kPort})
      co_await see_all(type + "s",
                       [this, type](std::string after) { return pod_.page_of_objects(type, after, kObjectsAPage); });
    std::ranges::sort(scan_.policies, {}, [](const SeenPolicy& one) { return std::tie(one.created_at, one.id); });
    for (const SeenPolicy& policy : scan_.policies) recorded.erase(policy.id);
    for (const std::string& id : recorded) {
      if (co_await is_gone(id)) scan_.gone.insert(id);
    }
    co_return std::move(scan_);
  }

 private:
  // To the page that brings nothing new: a page that is not full says nothing about the next.
  base::Awaitable<void> see_all(std::string collection,
                                std::function<base::Awaitable<remote::Answer>(std::string)> page) {
    std::set<std::string> known;
    for (std::string marker;;) {
      ++scan_.calls;
      const remote::Answer answer = co_await page(marker);
      context_.check_answer(answer, false);
      const json::object* body = answer.body.if_object();
      const json::value* list = body == nullptr ? nullptr : body->if_contains(collection);
      if (!answer.is(200) || list == nullptr || !list->is_array())
        throw RunFailed(RunFailed::Why::again, "the pod did not list its " + collection + ": " + answer.words);
      bool news = false;
      for (const json::value& value : list->get_array()) {
        if (!value.is_object()) continue;
        const json::object& shown = value.get_object();
        const std::string id = text(shown, "id");
        if (id.empty() || id.size() > kUuid || !known.insert(id).second) continue;
        news = true;
        marker = id;
        ++looked_;
        keep(collection, shown);
      }
      co_await progress_(scan_.calls, looked_);
      if (!news) co_return;
    }
  }

  void keep(const std::string& collection, const json::object& shown) {
    if (collection == "policies") {
      SeenPolicy policy = seen_policy(shown);
      if (!policy.central_id.empty() || recorded_.contains(policy.id)) scan_.policies.push_back(std::move(policy));
    } else {
      scan_.objects.push_back(
          {collection.substr(0, collection.size() - 1), text(shown, "id"), text(shown, "qos_policy_id")});
    }
  }

  base::Awaitable<bool> is_gone(std::string id) {
    ++scan_.calls;
    const remote::Answer answer = co_await pod_.get_policy(id);
    context_.check_answer(answer, false);
    co_return policy_is_gone(answer);
  }

  Context& context_;
  remote::PodNeutron& pod_;
  Progress progress_;
  std::set<std::string> recorded_;
  std::int64_t looked_ = 0;
  Scan scan_;
};

}  // namespace

std::string central_of_tag(std::string_view tag) {
  if (!tag.starts_with(kOurs)) return {};
  tag.remove_prefix(kOurs.size());
  return base::is_uuid(tag) ? std::string(tag) : std::string();
}

std::string central_of_name(std::string_view name) {
  const std::size_t mark_at = kOurs.size() + kUuid;
  if (name.size() <= mark_at || name[mark_at] != ':') return {};
  return central_of_tag(name.substr(0, mark_at));
}

base::Awaitable<Scan> scan_pod(Context& context, remote::PodNeutron& pod, std::set<std::string> recorded,
                               Progress progress) {
  Scanner scanner(context, pod, std::move(progress));
  co_return co_await scanner.scan(std::move(recorded));
}

}  // namespace tricircle::xjob
