// The Tricircle Admin API v1.0: pods, routings, jobs, pauses, and what pods have. Only the centre serves it. handle()
// is a plain function for pool threads; errors in the Admin API's own shapes are rendered here.
#pragma once
#include "api/caller.hpp"
#include "base/clock.hpp"
#include "storage/database.hpp"

#include <memory>

namespace tricircle::xjob {
class Waits;
}

namespace tricircle::api {

class Feed;
class Plans;
class SignIn;

// What not every centre has.
struct AdminParts {
  xjob::Waits* waits = nullptr;  // null: nobody can wait for a change
  Feed* feed = nullptr;          // null: nobody can watch
  SignIn* sign_in = nullptr;     // null: callers are believed
  Plans* plans = nullptr;        // null: nothing can be planned
};

class Admin {
 public:
  // `committed` is called after each COMMIT that made work for XJob.
  Admin(storage::Database&, const base::Clock&, Identify, std::function<void()> committed, AdminParts = {});
  ~Admin();
  http::Reply handle(const http::Request&);   // paths /v1.0 and below
  http::Reply sign_in(const http::Request&);  // /v1.0/tokens, which is for those whom nobody has let in yet

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tricircle::api
