// How a pod joins and leaves, as an operator waits for it: XJob looks at its Neutron, and what it misses is told in
// plain words; or takes all of ours out of it. Main thread.
#pragma once
#include "app/admin_client.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>

namespace tricircle::app {

// Asks for a check and waits for its end. Throws CommandFailed: 5 when there was none in time (is XJob running?).
boost::json::value pod_check(AdminClient&, const std::string& pod_id, std::int64_t timeout_seconds);

// What `pod create` and `pod set` take about a pod's place; '' = not said.
struct PodPlace {
  std::string neutron_url, interface, service_type;
  bool from_catalogue = false;
};

// Changes the place of a pod. Throws CommandFailed: 2 when nothing is said.
boost::json::value move_pod(AdminClient&, const std::string& pod_id, const PodPlace&);

// One line a problem. Throws CommandFailed, 6, when one of them means that nothing can be kept true there.
void tell_problems(const boost::json::value& check, std::ostream&);

// Throws CommandFailed: 5 when something of ours is still there at the end of the time (XJob goes on).
void purge_pod(AdminClient&, const std::string& id_or_region, std::int64_t timeout_seconds);

}  // namespace tricircle::app
