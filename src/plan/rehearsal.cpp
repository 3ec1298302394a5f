#include "plan/rehearsal.hpp"

#include "base/aside.hpp"
#include "base/error.hpp"
#include "base/runtime.hpp"
#include "plan/stage.hpp"
#include "xjob/service.hpp"

namespace tricircle::plan {
namespace {

// Longer than any uncertainty that a lane may have to wait for.
constexpr base::Micros kLongest = 3'600 * base::kSecond;
constexpr base::Micros kQuiet = base::kMillisecond;

// In the copy every lane is free and every pod at its own place.
void make_ready(storage::Connection& db) {
  db.execute("DELETE FROM pauses");
  db.execute("DELETE FROM circuits");
  db.execute("UPDATE pods SET neutron_url = 'http://' || pod_id");
  db.execute("UPDATE lanes SET worker = ''");
  db.execute("UPDATE lanes SET due_at = 0 WHERE due_at IS NULL AND uncertain_until = 0");
}

bool at_rest(storage::Connection& db) {
  return db.execute("SELECT 1 AS one FROM lanes WHERE worker <> '' OR due_at IS NOT NULL LIMIT 1").empty();
}

void play(Stage& stage, base::Runtime& runtime, ScratchStore& store, base::Micros until) {
  while (stage.now() < until) {
    if (!stage.step(runtime.io())) return;
    if (stage.quiet_for(kQuiet) && at_rest(store.connection())) return;
  }
  throw base::Error(base::ErrorKind::unprocessable, "", "The jobs of this edit come to no end within an hour.");
}

// What is still to come holds coroutines of the runtime and of the service, and goes before them.
class Emptied {
 public:
  explicit Emptied(Stage& stage) : stage_(stage) {}
  ~Emptied() { stage_.forget_all(); }
  Emptied(const Emptied&) = delete;
  Emptied& operator=(const Emptied&) = delete;

 private:
  Stage& stage_;
};

// What only the call itself will tell.
void leave_open(Call& call) {
  boost::json::value* policy = call.body.if_contains("policy");
  if (call.method != "POST" || policy == nullptr || !policy->is_object()) return;
  boost::json::value* name = policy->get_object().if_contains("name");
  if (name == nullptr || !name->is_string()) return;
  const std::string text(name->get_string());
  *name = text.substr(0, text.rfind(':') + 1) + "<mark>";
}

}  // namespace

Rehearsed rehearse(ScratchStore& store, const xjob::Upkeep& upkeep, base::Micros now) {
  const base::Aside aside;
  store.write(make_ready);
  WillingPods pods(store.connection());
  Stage stage(now);
  {
    base::Runtime runtime(stage);
    xjob::Service service(runtime, store, stage, pods, remote::Logins{}, engine::Options{}, upkeep, {});
    const Emptied emptied(stage);
    service.start(true);
    play(stage, runtime, store, now + kLongest);
  }
  for (auto& [pod, calls] : pods.calls) {
    for (Call& call : calls) leave_open(call);
  }
  return {std::move(pods.calls), std::move(pods.guessed)};
}

}  // namespace tricircle::plan
