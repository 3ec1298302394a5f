// What an audit asks a pod about, a page at a time: our copies, and the networks and ports whose policy is our doing,
// as far as nothing is under way there. Rows of the centre; inside the caller's transaction.
#pragma once
#include "xjob/copies.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::xjob {

inline constexpr std::size_t kAuditPage = 50;

// One copy or binding as our rows tell of it. Two that are equal: nothing has happened to it between.
struct Audited {
  engine::LaneKey lane;
  std::int64_t lane_number = 0;  // of its last lease; -1 = it has no lane
  std::string local_id;
  std::string policy_id;  // central; of a binding '' = the centre wants none
  std::string expected;   // of a binding: what the copy is called in the pod
  std::string project_id;
  std::string state;
  std::string last_error;
  std::string on_drift;
  bool operator==(const Audited&) const = default;
};

// `kind`: policy, network or port. The next ones after this central id, by id.
std::vector<Audited> audited_after(Connection&, const std::string& pod_id, const std::string& kind,
                                   const std::string& after);
// The same one anew; nullopt = something is under way there now, or it is gone.
std::optional<Audited> audited_again(Connection&, const Audited&);

}  // namespace tricircle::xjob
