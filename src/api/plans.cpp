#include "api/plans.hpp"

#include "api/admin_support.hpp"
#include "api/neutron.hpp"
#include "api/plan_trial.hpp"
#include "base/ids.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;

constexpr int kMostAtOnce = 4;

// Counted as long as it stands.
class OneOf {
 public:
  explicit OneOf(std::atomic<int>& count) : count_(count), number_(++count) {}
  ~OneOf() { --count_; }
  OneOf(const OneOf&) = delete;
  OneOf& operator=(const OneOf&) = delete;
  int number() const { return number_; }

 private:
  std::atomic<int>& count_;
  const int number_;
};

struct Asked {
  std::string method;
  std::string path;
  json::value body;
  std::string apply;  // fingerprint; '' = only plan
};

bool only_associates(const Asked& asked, const std::string& type) {
  const json::object* body = asked.body.if_object();
  const json::value* object = body == nullptr || body->size() != 1 ? nullptr : body->if_contains(type);
  return asked.method == "PUT" && asked.path.starts_with("/v2.0/" + type + "s/") && object != nullptr &&
         object->is_object() && object->get_object().size() == 1 && object->get_object().contains("qos_policy_id");
}

void check_kind(const Asked& asked) {
  const bool writes = asked.method == "POST" || asked.method == "PUT" || asked.method == "DELETE";
  if (writes && asked.path.starts_with("/v2.0/qos/")) return;
  if (only_associates(asked, "network") || only_associates(asked, "port")) return;
  throw admin_error(ErrorKind::bad_request,
                    "Plans are made for POST, PUT and DELETE under /v2.0/qos/, and for a PUT of a network or port that "
                    "changes nothing but its qos_policy_id.");
}

Asked asked_in(const AdminCall& call) {
  const json::object plan = admin_body(call, "plan");
  const json::value* request = plan.if_contains("request");
  if (request == nullptr || !request->is_object())
    throw admin_error(ErrorKind::bad_request, "The plan has no object request.");
  const json::object& inner = request->get_object();
  const json::value* body = inner.if_contains("body");
  Asked asked{text_field(inner, "method"), text_field(inner, "path"), body == nullptr ? json::value() : *body,
              text_field(plan, "apply")};
  if (asked.path.find_first_of("?#%") != std::string::npos)
    throw admin_error(ErrorKind::bad_request, "The path of a planned request has neither query nor escapes.");
  check_kind(asked);
  return asked;
}

http::Request request_of(const AdminCall& call, const Asked& asked) {
  http::Request request = call.request;
  request.method = asked.method;
  request.path = asked.path;
  request.query.clear();
  request.body = asked.body.is_null() ? "" : json::serialize(asked.body);
  request.id = "req-" + base::new_uuid();
  return request;
}

json::array texts(const std::vector<std::string>& from) {
  json::array list;
  for (const std::string& text : from) list.push_back(json::value(text));
  return list;
}

json::array shown_calls(const std::vector<plan::Call>& calls) {
  json::array list;
  for (const plan::Call& call : calls) {
    json::object shown{{"method", call.method}, {"path", call.path}};
    if (!call.body.empty()) shown["body"] = call.body;
    list.push_back(std::move(shown));
  }
  return list;
}

// Of other projects' networks and ports a caller who is no admin is told how many there are.
void add_touched(json::object& shown, const plan::PodPlan& pod, const Caller& caller) {
  json::array networks;
  json::array ports;
  std::int64_t others = 0;
  for (const plan::Touched& one : pod.touched) {
    if (!caller.admin() && one.project_id != caller.project_id()) {
      ++others;
      continue;
    }
    (one.type == "network" ? networks : ports)
        .push_back(json::object{{"id", one.central_id}, {"local_id", one.local_id}});
  }
  shown["networks"] = std::move(networks);
  shown["ports"] = std::move(ports);
  shown["of_other_projects"] = others;
}

json::object shown_pod(const plan::PodPlan& pod, const Caller& caller) {
  json::object shown{{"pod_id", pod.pod_id}, {"region_name", pod.region_name}, {"state", pod.state}};
  shown["why"] = caller.admin() ? pod.why : std::string();
  shown["calls"] = shown_calls(pod.calls);
  add_touched(shown, pod, caller);
  shown["refusals"] = texts(pod.refusals);
  shown["warnings"] = texts(pod.warnings);
  return shown;
}

json::object shown_plan(const Asked& asked, const plan::Plan& plan, const Caller& caller) {
  json::array pods;
  std::size_t calls = 0;
  for (const plan::PodPlan& pod : plan.pods) {
    calls += pod.calls.size();
    pods.push_back(shown_pod(pod, caller));
  }
  json::object request{{"method", asked.method}, {"path", asked.path}};
  if (!asked.body.is_null()) request["body"] = asked.body;
  return {{"request", std::move(request)},
          {"fingerprint", plan.fingerprint},
          {"calls", calls},
          {"pods", std::move(pods)},
          {"applied", false}};
}

// The answer to the call itself, as part of ours.
json::object shown_answer(const http::Response& response) {
  json::object shown{{"status", response.status}};
  if (!response.body.empty()) shown["body"] = json::parse(response.body);
  return shown;
}

http::Reply applied(std::shared_ptr<ApplyingTrial> trial, json::object plan, const std::function<http::Reply()>& next) {
  http::Reply reply;
  try {
    reply = next();
  } catch (const WorldHasMoved&) {
    throw admin_error(ErrorKind::conflict, "What the plan was made from has changed meanwhile; plan again.");
  } catch (...) {
    return error_response(trial->request(), std::current_exception());
  }
  if (auto* pending = std::get_if<http::Pending>(&reply)) {
    return http::Pending{std::move(pending->start), [trial, plan = std::move(plan), then = std::move(pending->then)] {
                           return applied(trial, plan, then);
                         }};
  }
  const http::Response& response = std::get<http::Response>(reply);
  plan["answer"] = shown_answer(response);
  plan["applied"] = true;
  http::Response told = json_response(200, json::object{{"plan", std::move(plan)}});
  if (const auto change = response.headers.find("X-Tricircle-Change"); change != response.headers.end())
    told.headers.insert(*change);
  return told;
}

}  // namespace

http::Reply Plans::handle(const AdminCall& call) {
  const OneOf one(under_way_);
  if (one.number() > kMostAtOnce)
    throw admin_error(ErrorKind::unavailable, "Several plans are being made at this moment; ask again.");
  return made(call);
}

http::Reply Plans::made(const AdminCall& call) const {
  if (call.request.method != "POST") throw unknown_method(call);
  if (call.path.size() > 1) throw nothing_at(call);
  const Asked asked = asked_in(call);
  const http::Request request = request_of(call, asked);
  UndoneTrial trial(parts_, request);
  http::Response response;
  try {
    response = trial.run();
  } catch (...) {
    return error_response(request, std::current_exception());
  }
  const plan::Plan plan = plan::make_plan(trial.facts(), parts_.context.upkeep, call.now);
  json::object shown = shown_plan(asked, plan, call.caller);
  if (asked.apply.empty()) {
    shown["answer"] = shown_answer(response);
    return json_response(200, json::object{{"plan", std::move(shown)}});
  }
  const auto applying = std::make_shared<ApplyingTrial>(parts_, request, asked.apply);
  if (plan.fingerprint != asked.apply)
    throw admin_error(ErrorKind::conflict, "What the plan was made from has changed meanwhile; plan again.");
  return applied(applying, std::move(shown), [applying] { return applying->run(); });
}

}  // namespace tricircle::api
