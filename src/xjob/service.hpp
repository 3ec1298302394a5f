// XJob as a service of a process: the engine's worker with the runs for copies, bindings and parent jobs. The centre
// has one too, without runs, for the lanes that it holds in case 6. Owned by app.
#pragma once
#include "xjob/context.hpp"

namespace tricircle::xjob {

class Service {
 public:
  Service(base::Runtime&, storage::Database&, const base::Clock&, http::Client&, remote::Logins, engine::Options,
          Upkeep, std::filesystem::path lock_folder);

  void start(bool runs_jobs);
  void hint() { worker_.hint(); }
  engine::Worker& worker() { return worker_; }
  Context& context() { return context_; }

 private:
  base::Awaitable<void> run(engine::Lane);
  base::Awaitable<bool> probe(std::string pod_id);

  remote::Identities identities_;
  engine::Worker worker_;
  Looks looks_;
  Context context_;
};

}  // namespace tricircle::xjob
