#include "play.hpp"

#include "base/random.hpp"
#include "faults.hpp"
#include "xjob/audit.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::sim {
namespace {

namespace json = boost::json;

constexpr Micros kPatience = 120 * kSecond;

}  // namespace

Play::Play(const Story& story, bool telling)
    : story_(story),
      world_(story.seed),
      store_(world_, story.nodes > 1),
      network_(world_, quick_options().call_deadline, quick_options().settle),
      model_(world_, store_, network_) {
  base::use_seed(story.seed);
  world_.telling = telling;
  set_up();
}

Outcome Play::run() {
  const Micros begun = world_.now();
  for (const Step& step : story_.steps) {
    world_.after(begun + step.at - world_.now(), 0, [this, &step] {
      world_.tell("* " + told(step));
      model_.look_everywhere();
      perform(step);
    });
  }
  look_now_and_then();
  world_.run_until(begun + (story_.steps.empty() ? 0 : story_.steps.back().at) + kSecond);
  heal();
  if (model_.violations.empty()) model_.check_at_rest();
  outcome_.violations = model_.violations;
  for (const PodServer& pod : pods_) outcome_.calls += pod.calls;
  outcome_.spoiled = network_.spoiled();
  outcome_.retried = store_.refused();
  store_.look([&](storage::Connection& db) {
    outcome_.drifts = db.execute("SELECT count(*) AS n FROM drifts", {}).front().integer("n");
  });
  outcome_.removed = model_.removed;
  return outcome_;
}

void Play::set_up() {
  for (int i = 0; i < story_.pods; ++i) {
    PodServer& pod = pods_.emplace_back("pod" + std::to_string(i + 1), world_, model_);
    model_.pods.push_back(&pod);
    network_.add(pod);
  }
  cloud_ = std::make_unique<Cloud>(world_, store_, network_, story_.workers);
  for (PodServer& pod : pods_) {
    const json::object values{{"region_name", pod.region},
                              {"az_name", "az"},
                              {"pod_az_name", ""},
                              {"dc_name", ""},
                              {"neutron_url", "http://" + pod.region}};
    call(
        "POST", "/v1.0/pods", json::serialize(json::object{{"pod", values}}),
        [&pod](const ApiAnswer& answer) {
          pod.pod_id = json::value_to<std::string>(answer.body.at("pod").at("pod_id"));
        },
        {}, "admin");
  }
  run_until_answered();
  policy_ids_.resize(kPolicies);
  object_ids_.resize(kObjects);
  for (int i = 0; i < kPolicies; ++i) create_policy(i);
  run_until_answered();
  for (int i = 0; i < kPolicies; ++i) set_rule(i, i % 2, i);
  for (int i = 0; i < kObjects; i += 2) {
    for (const std::string type : {"network", "port"}) {
      const std::string values = type == "network" ? "{}" : R"({"network_id":")" + object_id(i) + "\"}";
      call("POST", "/v2.0/" + type + "s", "{\"" + type + "\":" + values + "}",
           [this, i, type](const ApiAnswer& answer) {
             const std::string id = json::value_to<std::string>(answer.body.at(type).at("id"));
             object_ids_.at(static_cast<std::size_t>(type == "network" ? i : i + 1)) = id;
             model_.objects[id] = {id, type, true, {{world_.now(), ""}}, 0};
           });
      run_until_answered();
    }
  }
}

// For as long as nobody is killed.
void Play::run_until_answered() {
  while (calls_under_way_ > 0) world_.run_until(world_.now() + 10 * kMillisecond);
}

void Play::look_now_and_then() {
  if (ended_) return;
  model_.look_everywhere();
  world_.after(100 * kMillisecond, 0, [this] { look_now_and_then(); });
}

void Play::call(const std::string& method, const std::string& target, const std::string& body, Answered accepted,
                Answered refused, const std::string& project) {
  ++calls_under_way_;
  cloud_->call(
      method, target, body, project,
      [this, method, target, accepted = std::move(accepted), refused = std::move(refused)](const ApiAnswer& answer) {
        --calls_under_way_;
        const bool taken = answer.status >= 200 && answer.status < 300;
        world_.tell((taken ? "accepted: " : "refused: ") + method + " " + target + " " + std::to_string(answer.status) +
                    (taken ? "" : " " + json::serialize(answer.body)));
        ++(taken ? outcome_.edits : outcome_.refusals);
        const bool may_be = answer.status == 503 || answer.status == 501 || cloud_->centre_has_failed();
        if (answer.status >= 500 && !may_be)
          model_.violations.push_back("the API answers " + std::to_string(answer.status) + " to " + method + " " +
                                      target);
        if (taken && accepted) accepted(answer);
        if (!taken && refused) refused(answer);
      });
}

void Play::report(const PodServer& pod, int object, const std::string& method, const std::string& target,
                  const std::string& body, const std::string& project, std::function<void()> accepted) {
  reporting_.insert({pod.region, object});
  auto done = std::make_shared<bool>(false);
  const auto over = [this, &pod, object, done] {
    *done = true;
    reporting_.erase({pod.region, object});
  };
  call(
      method, target, body,
      [over, accepted](const ApiAnswer&) {  // it counts, also when it was sent again meanwhile
        over();
        accepted();
      },
      [done, over](const ApiAnswer& answer) {
        if (!*done && answer.status < 500) over();
      },
      project);
  world_.after(2 * kSecond, 0, [this, &pod, object, method, target, body, project, accepted, done] {
    if (*done) return;
    *done = true;
    reported_twice_ = true;
    report(pod, object, method, target, body, project, accepted);
  });
}

// All wishes stand, all pods are well again: within our patience everything must be right and at rest.
void Play::heal() {
  world_.tell("* all is well from now on");
  network_.be_well();
  world_.run_until(world_.now() + 6 * kSecond);  // whoever was killed or stood still is there again
  if (reported_twice_) report_what_is_gone();
  resume_all();
  rest();
  if (outcome_.restores > 0) resync_all();
  if (cancelled_) {  // no audit looks at it before somebody asks for it again
    redo_what_failed();
    rest();
  }
  audit();
  rest();
  redo_what_failed();
  rest();
  redo_what_failed();  // a binding that was refused for its copy's sake
  rest();
  check_resync();
  ended_ = true;
}

void Play::rest() {
  const Micros until = world_.now() + kPatience;
  while (world_.now() < until && !at_rest()) world_.run_until(world_.now() + 500 * kMillisecond);
}

bool Play::at_rest() {
  std::int64_t work = 0;
  store_.look([&](storage::Connection& db) {
    work = db.execute(
                 "SELECT (SELECT count(*) FROM lanes WHERE kind <> 'audit' AND (worker <> '' OR due_at IS NOT NULL OR "
                 "uncertain_until <> 0)) "
                 "+ (SELECT count(*) FROM jobs WHERE status IN ('NEW', 'RUNNING')) AS n")
               .front()
               .integer("n");
  });
  return work == 0 && network_.quiet();
}

// Each pod is audited from the start, whatever was under way.
void Play::audit() {
  model_.audited();
  const Micros asked = world_.now();
  store_.write([&](storage::Connection& db) {
    db.execute("DELETE FROM audits");
    for (const PodServer& pod : pods_) xjob::ask_for_audit(db, pod.pod_id, asked);
  });
  while (world_.now() < asked + kPatience && audits_since(asked) < pods_.size())
    world_.run_until(world_.now() + 100 * kMillisecond);
}

std::size_t Play::audits_since(Micros when) {
  std::int64_t ended = 0;
  store_.look([&](storage::Connection& db) {
    ended = db.execute("SELECT count(*) AS n FROM audits WHERE ended_at IS NOT NULL AND started_at >= ?", {when})
                .front()
                .integer("n");
  });
  return static_cast<std::size_t>(ended);
}

void Play::redo_what_failed() {
  std::vector<std::string> failed;
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute("SELECT id FROM jobs WHERE status = 'FAIL' AND NOT parent ORDER BY created_at, id");
    for (const storage::Row& row : found.rows()) failed.push_back(row.text("id"));
  });
  // Of what was refused while somebody there wants it a failed job tells; of a copy that nobody wants any more, none.
  std::vector<std::string> refused;
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute(
        "SELECT DISTINCT c.policy_id FROM copies c JOIN qos_policies p ON p.id = c.policy_id WHERE c.state = 'refused' "
        "AND NOT EXISTS (SELECT 1 FROM resource_routings r "
        "LEFT JOIN networks n ON r.resource_type = 'network' AND n.id = r.central_id "
        "LEFT JOIN ports o ON r.resource_type = 'port' AND o.id = r.central_id "
        "WHERE r.pod_id = c.pod_id AND p.id IN (n.qos_policy_id, o.qos_policy_id)) ORDER BY c.policy_id");
    for (const storage::Row& row : found.rows()) refused.push_back(row.text("policy_id"));
  });
  for (const std::string& id : refused) {
    const json::object job{{"type", "sync_qos_rule"},
                           {"project_id", "acme"},
                           {"resource", json::object{{"rule_id", ""}, {"policy_id", id}}}};
    call("POST", "/v1.0/jobs", json::serialize(json::object{{"job", job}}), {}, {}, "admin");
  }
  for (const std::string& id : failed) call("PUT", "/v1.0/jobs/" + id, "", {}, {}, "admin");
  if (!refused.empty() || !failed.empty()) world_.run_until(world_.now() + kSecond);
}

std::string Play::local_object(const PodServer& pod, int which) const {
  const auto found = local_objects_.find({pod.region, which});
  return found == local_objects_.end() ? "" : found->second;
}

void Play::perform(const Step& step) {
  if (step.act <= Act::lost_there) return tenant(step);
  if (step.act <= Act::break_store) return fate(step);
  if (step.act <= Act::forget_all) return people_of_the_pod(step);
  operators(step);
}

void Play::tenant(const Step& step) {
  // The manual has users kept away until a resync says that nothing differs: what they delete before may be bound in a
  // pod unknown to the restored store.
  const bool deletes = step.act == Act::delete_policy || step.act == Act::delete_object;
  if (deletes && outcome_.restores > 0) return;
  switch (step.act) {
    case Act::create_policy:
      return create_policy(step.what);
    case Act::delete_policy:
      return delete_policy(step.what);
    case Act::rename_policy:
      return rename_policy(step.what);
    case Act::set_rule:
      return set_rule(step.what, step.which, step.value);
    case Act::delete_rule:
      return delete_rule(step.what, step.which);
    case Act::associate:
      return associate(step.what, step.which);
    case Act::delete_object:
      return delete_object(step.what);
    case Act::appear:
      return appear(step.what, step.which);
    default:
      return lost_there(step.what, step.which);
  }
}

void Play::fate(const Step& step) {
  const auto which = static_cast<std::size_t>(step.what);
  switch (step.act) {
    case Act::spoil: {
      PodServer& pod = pods_.at(which);
      const NamedFault& named = every_fault().at(static_cast<std::size_t>(step.which));
      Fault fault = named.fault;
      fault.calls = step.value;
      if (named.refuses()) model_.doubt(pod.region);
      return network_.spoil(pod.region, fault);
    }
    case Act::kill_worker:
      ++outcome_.kills;
      return cloud_->kill_worker(which, step.value * kMillisecond);
    case Act::kill_centre:
      ++outcome_.kills;
      model_.all_releases_end();
      associating_.clear();
      return cloud_->kill_centre(step.value * kMillisecond);
    case Act::stall_worker:
      return cloud_->stall_worker(which, step.value * kMillisecond);
    case Act::stall_centre:
      return cloud_->stall_centre(step.value * kMillisecond);
    default:
      return cloud_->break_store(which, step.value);
  }
}

Outcome play(const Story& story, bool telling) {
  return Play(story, telling).run();
}

}  // namespace tricircle::sim
