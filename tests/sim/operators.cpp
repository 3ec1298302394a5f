// What operators do in a story, the restore of the centre's store apart.
#include "play.hpp"

namespace tricircle::sim {
namespace {

constexpr char kPauses[] = "/v1.0/pauses/";

}  // namespace

void Play::operators(const Step& step) {
  switch (step.act) {
    case Act::back_up:
      return back_up();
    case Act::restore:
      return restore();
    case Act::pause_pod:
      return pause("pod/" + pods_.at(static_cast<std::size_t>(step.what)).pod_id, step.value * kMillisecond);
    case Act::pause_policy:
      return pause("policy/" + policy_id(step.what), step.value * kMillisecond);
    case Act::cancel:
      return cancel(step.which);
    default:
      return call("PUT", "/v1.0/jobs?status=FAIL", "", {}, {}, "admin");
  }
}

void Play::pause(const std::string& what, Micros how_long) {
  call("PUT", kPauses + what, "", {}, {}, "admin");
  world_.after(how_long, 0, [this, what] { call("DELETE", kPauses + what, "", {}, {}, "admin"); });
}

// Also what a store that was restored tells of.
void Play::resume_all() {
  std::vector<std::string> paused;
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute("SELECT kind, id FROM pauses ORDER BY kind, id");
    for (const storage::Row& row : found.rows()) paused.push_back(row.text("kind") + "/" + row.text("id"));
  });
  for (const std::string& what : paused) call("DELETE", kPauses + what, "", {}, {}, "admin");
}

void Play::cancel(int which) {
  std::vector<std::string> waiting;
  store_.look([&](storage::Connection& db) {
    const auto found = db.execute("SELECT id FROM jobs WHERE status = 'NEW' ORDER BY seq");
    for (const storage::Row& row : found.rows()) waiting.push_back(row.text("id"));
  });
  if (waiting.empty()) return;
  cancelled_ = true;
  const std::string& id = waiting.at(static_cast<std::size_t>(which) % waiting.size());
  call("PUT", "/v1.0/jobs/" + id + "/cancel", "", {}, {}, "admin");
}

}  // namespace tricircle::sim
