// POST /v1.0/plans: what a call that was not made would do in the pods, and making it if nothing has moved since. The
// call is carried out whole, with the caller's rights, in a transaction that is undone. Made by app, one a centre; pool
// threads. Errors of the call itself are answered as the call would be; others as base::Error of the Admin API.
#pragma once
#include "api/caller.hpp"
#include "api/central_plugin.hpp"
#include "api/services.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

namespace tricircle::api {

struct AdminCall;

class Plans {
 public:
  // As the centre's own Neutron is made.
  struct Parts {
    storage::Database& db;
    const base::Clock& clock;
    xjob::Context& context;
    CentralOptions plugin;
    Identify identify;
    QuotaDefaults quotas;
    std::function<void()> committed;
  };
  explicit Plans(Parts parts) : parts_(std::move(parts)) {}

  // {"plan": {"request": {"method", "path", "body"}, "apply": fingerprint of the plan that is meant}}; without "apply"
  // nothing is done. Throws base::Error: bad_request, conflict when the world is no longer that of the fingerprint,
  // unavailable when several plans are being made already: one may take all of a core for a second.
  http::Reply handle(const AdminCall&);

 private:
  http::Reply made(const AdminCall&) const;

  Parts parts_;
  std::atomic<int> under_way_ = 0;
};

}  // namespace tricircle::api
