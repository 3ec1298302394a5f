// What makes a Neutron server an embedded pod: fetches from the centre, lets it give VM ports their addresses, and
// writes reports into the outbox with each change. Owned by Pod; called on pool threads.
#pragma once
#include "api/plugin.hpp"
#include "base/clock.hpp"
#include "pod/centre_client.hpp"
#include "storage/database.hpp"

#include <functional>
#include <string>

namespace tricircle::pod {

class LocalPlugin final : public api::Plugin {
 public:
  // `hint`: the outbox has something.
  LocalPlugin(storage::Database& database, CentreClient& centre, const base::Clock& clock, std::string region,
              std::function<void()> hint)
      : database_(database), centre_(centre), clock_(clock), region_(std::move(region)), hint_(std::move(hint)) {}

  void missing(storage::Connection&, api::Call&, const domain::Resource&, const std::string& id) override;
  void before_create(storage::Connection&, api::Call&, const domain::Resource&, domain::Record& wanted) override;
  void changed(storage::Connection&, api::Call&, const api::Change&) override;
  void committed(api::Call&) override { hint_(); }
  void failed(api::Call&) noexcept override;

 private:
  http::Reply fetch_then(api::Call&, const std::string& kind, const std::string& id, api::Deferred::Resume);
  http::Reply create_at_centre(api::Call&, domain::Record wanted, api::Deferred::Resume);
  void port_changed(storage::Connection&, api::Call&, const api::Change&);
  void network_changed(storage::Connection&, api::Call&, const api::Change&);

  storage::Database& database_;
  CentreClient& centre_;
  const base::Clock& clock_;
  std::string region_;
  std::function<void()> hint_;
};

}  // namespace tricircle::pod
