// What a region had before the centre came is taken over. An import is asked for of one or more pods; a lane (pod,
// import, pod) of each looks at its Neutron in pages and keeps what it shows (import_scan.hpp); when all are seen a
// plan is made and kept (import_plan.hpp). To apply it is work on the centre's rows alone, done by the Admin API. Rows
// of tables imports, import_pods, import_objects, import_items. Inside the caller's transaction; throw what the
// connection throws. See docs/adr/0019.
#pragma once
#include "base/clock.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::xjob {

using storage::Connection;

inline constexpr char kImportLane[] = "import";

// Column `status` of an import.
inline constexpr char kScanning[] = "scanning";
inline constexpr char kImportPlanned[] = "planned";
inline constexpr char kApplying[] = "applying";
inline constexpr char kImportApplied[] = "applied";

// Column `action` of an item. The first three change rows of the centre; the others are only shown.
inline constexpr char kTakeOver[] = "adopt";       // a network, subnet, port or policy comes to be at the centre
inline constexpr char kLink[] = "link";            // a policy becomes the copy of one that the centre has
inline constexpr char kAssociate[] = "associate";  // a central network or port gets the policy that it bears there
inline constexpr char kKnown[] = "known";          // is at the centre already
inline constexpr char kDiffers[] = "differs";      // a policy that another of its project and name is unlike
inline constexpr char kLeft[] = "left";            // stays as it is, `found` says why

// Column `state` of an item; '' = there is nothing to do.
inline constexpr char kToDo[] = "to_do";
inline constexpr char kDone[] = "done";
inline constexpr char kSkipped[] = "skipped";  // the centre had changed meanwhile; `found` says how

// Column `resource_type`, beside network, port (copies.hpp).
inline constexpr char kPolicy[] = "policy";
inline constexpr char kRbac[] = "rbac";  // of import_objects only

// A plan that is older is not applied: the pods may have changed.
inline constexpr base::Micros kPlanHolds = 600 * base::kSecond;

struct ImportAsked {
  std::vector<std::string> pods;  // ids, at least one
  bool networks = false;          // with their subnets and ports
  bool policies = false;
  std::vector<std::string> chosen;  // of networks; empty = all
};

// The pods must be there. Returns the import's id.
std::string ask_for_import(Connection&, const ImportAsked&, base::Micros now);
void forget_import(Connection&, const std::string& id);
void forget_imports(Connection&, const std::string& pod_id);  // that a pod which goes is part of

}  // namespace tricircle::xjob
