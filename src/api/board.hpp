// What every pod has of every policy, one letter a cell: what /v1.0/board and its events are made of. Read a policy at
// a time, so that a large board is many short reads. Plain functions inside the caller's transaction; any thread.
#pragma once
#include "storage/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tricircle::api::board {

// The letters. The larger one of two uses of a policy in a pod is shown: see worse().
inline constexpr char kNone = '.';  // the pod has no copy and wants none
inline constexpr char kUnread = '?';
inline constexpr char kInSync = 'i';
inline constexpr char kPending = 'p';
inline constexpr char kRetrying = 'r';
inline constexpr char kPodDown = 'd';
inline constexpr char kRefused = 'x';
inline constexpr char kHeld = 'h';
inline constexpr char kCancelled = 'c';
inline constexpr char kDrift = 'f';

struct Pod {
  std::string pod_id;
  std::string region_name;
  std::string az_name;
  bool open = false;  // its circuit
  bool paused = false;
  bool operator==(const Pod&) const = default;
};

struct Policy {
  std::string id;
  std::string name;
  std::string project_id;
  std::int64_t intent = 0;
};

// Of the jobs; unequal = some have come, ended or failed.
struct Jobs {
  std::int64_t open = 0;
  std::int64_t failed = 0;
  std::int64_t last = 0;
  bool operator==(const Jobs&) const = default;
};

struct Lists {
  std::vector<Pod> pods;                                    // by region
  std::vector<Policy> policies;                             // by name, then id
  std::vector<std::pair<std::string, std::string>> drifts;  // policy, pod: what somebody has changed there and stands
  Jobs jobs;
};
Lists read_lists(storage::Connection&);

// Pods with a letter for one policy; a pod may come more than once. Circuits and drifts are not in it.
std::vector<std::pair<std::string, char>> read_cells(storage::Connection&, const Policy&);

char worse(char one, char other);
// Whether a cell may turn without a new wish: its work is under way.
bool is_moving(char cell);

}  // namespace tricircle::api::board
