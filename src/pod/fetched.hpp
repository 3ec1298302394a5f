// Central networks, subnets and ports on their way into a pod: fetched by id, then stored with the same id and without
// their policy. The fetch runs by callbacks; storing is for a writing transaction.
#pragma once
#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "pod/centre_client.hpp"
#include "storage/connection.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tricircle::pod {

struct Fetched {
  std::vector<domain::Record> networks;
  std::vector<domain::Record> subnets;
  std::vector<domain::Record> ports;
  remote::Answer failure;  // of the call that went wrong; an answered 404 means: there is no such thing
  bool failed = false;
};

// `kind`: "network" (with its subnets), "subnet", "port" (with their network). `done` on the http client's thread.
void fetch(CentreClient&, const std::string& kind, const std::string& id,
           std::function<void(std::shared_ptr<Fetched>)> done);

// What is here already stays as it is. Each new network and port gets an outbox entry.
void store(storage::Connection&, const Fetched&, const std::string& region, base::Micros now);

// The report of a port as it stands in the pod's row.
boost::json::object report_body(const domain::Record& port, const std::string& region);

}  // namespace tricircle::pod
