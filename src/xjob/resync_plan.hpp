// What there is to do so that a pod and the centre agree again, after one of them was restored from a backup. Only our
// rows are to learn what the pod has; the jobs' own runs then do what the centre wishes. Pure, but for reading the
// rows.
#pragma once
#include "xjob/copies.hpp"
#include "xjob/resync_scan.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tricircle::xjob {

// What an item of the plan does.
inline constexpr char kAdopt[] = "adopt";    // a copy or binding of ours that our rows do not know
inline constexpr char kRepair[] = "repair";  // a copy that differs from what our rows tell
inline constexpr char kRebind[] = "rebind";  // a network or port that is to have one of our policies, and has not
inline constexpr char kUnbind[] = "unbind";  // ... that has one of ours, and is to have none
inline constexpr char kDelete[] = "delete";  // a copy of a policy that the centre has not, or one too many

struct ResyncItem {
  std::string action;
  engine::LaneKey lane;           // of the object; of a copy to delete: of the row that it will get
  std::int64_t lane_number = -1;  // as the plan has seen it; -1 = it has no lane
  std::string local_id;
  std::string policy_id;  // of a binding: the copy that the object bears, '' = none of ours; of a copy to delete: whose
                          // second one it is
  std::string project_id;
  std::string found;    // in words
  bool tagged = false;  // of a copy
};

struct KnownCopy {
  Copy copy;
  bool has_policy = false;  // at the centre
  bool busy = false;        // a run holds its lane
  std::int64_t lane_number = -1;
};
struct KnownObject {
  std::string type;
  std::string central_id;
  std::string project_id;
  std::string wish;   // '' = none, or the object is gone at the centre
  std::string bears;  // as our rows tell
  std::string last_error;
  bool busy = false;     // a run holds its lane
  bool resting = false;  // nothing is to come there
  std::int64_t lane_number = -1;
};
struct PodRows {
  std::string pod_id;
  std::map<std::string, KnownCopy> copies;                             // by policy id
  std::set<std::string> policies;                                      // all of the centre
  std::map<std::pair<std::string, std::string>, KnownObject> objects;  // by type and local id
};

PodRows read_pod_rows(Connection&, const std::string& pod_id);
std::set<std::string> recorded_copies(const PodRows&);  // local ids

struct ResyncPlan {
  std::vector<ResyncItem> items;   // in the order in which they are to be done
  std::int64_t under_way = 0;      // objects that a run is at work on: left out
  std::int64_t deletions() const;  // copies that go, and networks and ports that lose their policy
};
ResyncPlan plan_resync(const Scan&, const PodRows&);

}  // namespace tricircle::xjob
