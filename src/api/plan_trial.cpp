#include "api/plan_trial.hpp"

#include "base/aside.hpp"

namespace tricircle::api {
namespace {

struct Undo {};

// The plugin names a change after its request.
std::string change_of(const http::Request& request) {
  return request.id.substr(std::string_view("req-").size());
}

// Nobody has let go of anything: the call is looked at as if the pods did it afterwards.
CentralOptions without_release(CentralOptions options) {
  options.release_ports_synchronously = false;
  return options;
}

}  // namespace

UndoneTrial::UndoneTrial(const Plans::Parts& parts, const http::Request& request)
    : request_(request),
      store_(parts.db, change_of(request)),
      plugin_(parts.context, parts.clock, without_release(parts.plugin), [] {}),
      neutron_(store_, parts.clock, plugin_, parts.identify, parts.quotas) {}

http::Response UndoneTrial::run() {
  const base::Aside aside;
  return std::get<http::Response>(neutron_.handle(request_));
}

void UndoneTrial::Store::write(const Work& work) {
  try {
    real_.write([&](storage::Connection& db) {
      work(db);
      facts = plan::facts_of(db, change_id_);
      throw Undo();
    });
  } catch (const Undo&) {
    return;
  }
}

ApplyingTrial::ApplyingTrial(const Plans::Parts& parts, const http::Request& request, std::string fingerprint)
    : request_(request),
      store_(parts.db, change_of(request), std::move(fingerprint)),
      plugin_(parts.context, parts.clock, parts.plugin, parts.committed),
      neutron_(store_, parts.clock, plugin_, parts.identify, parts.quotas) {}

void ApplyingTrial::Store::write(const Work& work) {
  real_.write([&](storage::Connection& db) {
    try {
      work(db);
    } catch (const Deferred&) {
      pods_let_go_ = true;
      throw;
    }
    if (pods_let_go_) return;
    if (plan::fingerprint_of(plan::facts_of(db, change_id_).rows) != fingerprint_) throw WorldHasMoved();
  });
}

}  // namespace tricircle::api
