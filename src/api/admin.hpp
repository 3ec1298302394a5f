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

class Admin {
 public:
  // `committed` is called after each COMMIT that made work for XJob.
  // Without `waits` nobody can wait for a change.
  Admin(storage::Database&, const base::Clock&, Identify, std::function<void()> committed,
        xjob::Waits* waits = nullptr);
  ~Admin();
  http::Reply handle(const http::Request&);  // paths /v1.0 and below

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tricircle::api
