// `tricircle pod resync`: asks the centre for one, shows how far it is, and then its plan. Main thread.
#pragma once
#include "app/admin_client.hpp"
#include "app/table_printer.hpp"

#include <cstdint>
#include <string>

namespace tricircle::app {

struct ResyncAsked {
  std::string pod_id;
  bool apply = false;
  std::int64_t yes_delete = 0;
  std::int64_t timeout = 600;  // seconds
};

// The plan goes to standard output, progress to standard error. Throws CommandFailed: 4 when the plan would take away
// more than was said, 5 when there was no end in time (the centre goes on).
void resync_pod(AdminClient&, const ResyncAsked&, const Look&);

}  // namespace tricircle::app
