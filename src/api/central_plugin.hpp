// What makes a Neutron server the centre: changes become intents and jobs in their own transaction, a pod's reports
// become routings, and taking a policy off a port waits for the pods (case 6). Made by app; called on pool threads.
#pragma once
#include "api/plugin.hpp"
#include "base/clock.hpp"
#include "engine/job.hpp"
#include "xjob/port_release.hpp"

#include <memory>

namespace tricircle::api {

struct CentralOptions {
  base::Micros sync_timeout = 10 * base::kSecond;
  bool release_ports_synchronously = true;  // [xjob] disassociate_port
};

class CentralPlugin final : public Plugin {
 public:
  // `committed` tells XJob that there may be work.
  CentralPlugin(xjob::Context& context, const base::Clock& clock, CentralOptions options,
                std::function<void()> committed)
      : releaser_(context, options.sync_timeout), clock_(clock), options_(options), committed_(std::move(committed)) {}

  bool knows_pods() const override { return true; }
  std::optional<domain::Record> adopts(storage::Connection&, Call&, const domain::Resource&,
                                       const domain::Record& wanted) override;
  void before_create(storage::Connection&, Call&, const domain::Resource&, domain::Record& wanted) override;
  bool takes_over(storage::Connection&, Call&, Verb, const domain::Resource&, const domain::Record& before,
                  const domain::Record* given) override;
  void changed(storage::Connection&, Call&, const Change&) override;
  void answered(Call&, http::Response&) override;  // X-Tricircle-Change
  void committed(Call&) override;
  void failed(Call&) noexcept override;

 private:
  // Keeps the change where pods may have to follow it.
  engine::Cause cause_of(storage::Connection&, Call&, const Change&) const;
  void port_changed(storage::Connection&, Call&, const Change&, const engine::Cause&);
  void association_changed(storage::Connection&, const std::string& type, const Change&, const engine::Cause&);
  void policy_changed(storage::Connection&, const Change&, const engine::Cause&);
  // Case 6: throws Deferred the first time round, commits what the pods have done the second time.
  bool release_port(storage::Connection&, Call&, const std::string& port_id);

  xjob::PortReleaser releaser_;
  const base::Clock& clock_;
  CentralOptions options_;
  std::function<void()> committed_;
};

}  // namespace tricircle::api
