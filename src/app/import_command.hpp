// `tricircle network import`, `policy import` and `pod import`: each asks the centre for an import, shows how far it
// is, applies its plan if told so, and shows the plan. Main thread.
#pragma once
#include "app/admin_client.hpp"
#include "app/table_printer.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tricircle::app {

struct ImportWanted {
  std::vector<std::string> pods;      // ids or regions
  std::vector<std::string> what;      // networks, policies
  std::vector<std::string> networks;  // ids; empty = all
  bool apply = false;
  std::int64_t timeout = 600;  // seconds, for each of look and apply
};

// The plan goes to standard output, progress to standard error. Throws CommandFailed: 5 when there was no end in time
// (the centre goes on looking; what is applied stays), else as AdminClient does.
void import_from_pods(AdminClient&, const ImportWanted&, const Look&);

}  // namespace tricircle::app
