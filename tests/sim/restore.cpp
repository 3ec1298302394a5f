// The centre is restored from a backup: what it accepted since is forgotten, and the pods still have it.
#include "play.hpp"

#include <algorithm>
#include <set>

#include <boost/json/serialize.hpp>

namespace tricircle::sim {
namespace {

namespace json = boost::json;

constexpr int kMostResyncs = 5;

}  // namespace

void Play::back_up() {
  if (restoring_) return;
  backup_ = Backup{store_.backup(), model_.policies, model_.objects, policy_ids_};
}

// As the manual says: everything is stopped, and what is still under way has time to end.
void Play::restore() {
  if (!backup_ || restoring_) return;
  ++outcome_.restores;
  restoring_ = true;
  model_.all_releases_end();
  associating_.clear();
  cloud_->go_down();
  const engine::Options options = quick_options();
  world_.after(options.call_deadline + options.settle + kSecond, 0, [this] { put_back(); });
}

void Play::put_back() {
  world_.tell("* the old store is in place");
  store_.restore(backup_->store);
  model_.restored(backup_->policies, backup_->objects);
  policy_ids_ = backup_->policy_ids;
  for (PodServer& pod : pods_) disown_what_nobody_can_know(pod);
  restoring_ = false;
  cloud_->come_up();
  report_all_again();
  world_.after(world_.between(1, 3000) * kMillisecond, 0, [this] { resync(true); });
}

// A copy with its final name and without its tag, which no row knows: nobody can say whose it is.
void Play::disown_what_nobody_can_know(PodServer& pod) {
  std::set<std::string> known;
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute(
        "SELECT local_id FROM resource_routings WHERE pod_id = ? AND resource_type = 'qos_policy' AND local_id IS NOT "
        "NULL",
        {pod.pod_id});
    for (const storage::Row& row : found.rows()) known.insert(row.text("local_id"));
  });
  for (auto& [id, policy] : pod.policies) {
    const bool tagged =
        std::ranges::any_of(policy.tags, [](const std::string& tag) { return tag.starts_with("tricircle:"); });
    if (!known.contains(id) && !tagged && !policy.name.starts_with("tricircle:")) policy.ours = false;
  }
}

std::string Play::routed_to(const PodServer& pod, int object) {
  const std::string id = object_id(object);
  std::string local;
  store_.look([&](storage::Connection& db) {
    const auto found =
        db.execute("SELECT local_id FROM resource_routings WHERE central_id = ? AND pod_id = ? AND resource_type = ?",
                   {id, pod.pod_id, model_.objects.at(id).type});
    if (!found.empty()) local = found.front().text("local_id");
  });
  return local;
}

// What the centre still knows of and the pod has no more. A centre that stood still may take up a report that nobody
// waits for any more after the one that says that the object is gone.
void Play::report_what_is_gone() {
  for (int pod = 0; pod < static_cast<int>(pods_.size()); ++pod) {
    PodServer& server = pods_.at(static_cast<std::size_t>(pod));
    for (int object = 0; object < kObjects; ++object) {
      const std::string routed = routed_to(server, object);
      if (!routed.empty() && routed != local_object(server, object)) report_again(server, pod, object);
    }
  }
}

// As an agent's sweep does it.
void Play::report_all_again() {
  for (int pod = 0; pod < static_cast<int>(pods_.size()); ++pod) {
    for (int object = 0; object < kObjects; ++object)
      report_again(pods_.at(static_cast<std::size_t>(pod)), pod, object);
  }
}

void Play::report_again(PodServer& server, int pod, int object) {
  if (ended_) return;
  if (reporting_.contains({server.region, object & ~1}) || reporting_.contains({server.region, object | 1}))
    return world_.after(kSecond / 2, 0, [this, &server, pod, object] { report_again(server, pod, object); });
  const std::string id = object_id(object);
  const std::string type = model_.objects.at(id).type;
  const std::string local = local_object(server, object);
  const std::string routed = routed_to(server, object);
  if (routed.empty() || routed == local) {
    if (!local.empty()) appear(object, pod);
    return;
  }
  report(server, object, "DELETE", "/v2.0/" + type + "s/" + id + "?region=" + server.region, "", "service",
         [this, pod, object, local] {
           if (!local.empty()) appear(object, pod);
         });
}

void Play::resync(bool apply) {
  for (const PodServer& pod : pods_) {
    const json::object asked{{"pod_id", pod.pod_id}, {"apply", apply}, {"yes_delete", 1000}};
    call("POST", "/v1.0/resyncs", json::serialize(json::object{{"resync", asked}}), {}, {}, "admin");
  }
  world_.after(kSecond, 0, [] {});
}

// What was under way is left out, and the operator is told to say it again.
void Play::resync_all() {
  std::int64_t left_out = 0;
  for (int times = 0; times == 0 || (left_out > 0 && times < kMostResyncs); ++times) {
    const Micros asked = world_.now();
    resync(true);
    world_.run_until(asked + kSecond);
    rest();
    store_.look([&](storage::Connection& db) {
      left_out = db.execute("SELECT count(*) AS n FROM resyncs WHERE asked_at >= ? AND under_way > 0", {asked})
                     .front()
                     .integer("n");
    });
  }
}

void Play::check_resync() {
  const Micros asked = world_.now();
  resync(false);
  world_.run_until(asked + kSecond);
  rest();
  store_.look([&](storage::Connection& db) {
    const auto ended =
        db.execute("SELECT count(*) AS n FROM resyncs WHERE asked_at >= ? AND status = 'planned'", {asked});
    if (ended.front().integer("n") != static_cast<std::int64_t>(pods_.size()))
      model_.violated("a resync has not ended");
    const auto found = db.execute(
        "SELECT i.action, i.resource_type, i.local_id, i.found FROM resync_items i JOIN resyncs r ON r.id = "
        "i.resync_id WHERE r.asked_at >= ?",
        {asked});
    for (const storage::Row& row : found.rows())
      model_.violated("a resync still finds something: " + row.text("action") + " " + row.text("resource_type") + " " +
                      row.text("local_id") + ": " + row.text("found"));
  });
}

}  // namespace tricircle::sim
