// What an operator has paused: a pod ("pod" and its id), or an object in all pods (a lane's kind and its object's id).
// Rows of table pauses that every claim passes over, so that neither pausing nor resuming writes a lane. A run that is
// under way goes on to its end. Inside the caller's transaction.
#pragma once
#include "base/clock.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::engine {

inline constexpr char kPodPause[] = "pod";
inline constexpr char kPausedWords[] = "paused by the operator";

struct Pause {
  std::string kind;
  std::string id;
  base::Micros since = 0;
};

void pause(storage::Connection&, const std::string& kind, const std::string& id, base::Micros now);
bool resume(storage::Connection&, const std::string& kind, const std::string& id);  // false: it was not paused
bool is_paused(storage::Connection&, const std::string& kind, const std::string& id);
std::vector<Pause> pauses(storage::Connection&);

// Why no new work is begun in a pod, for people: it is paused, does not answer, or has asked for it; nullopt: it is.
std::optional<std::string> why_left_alone(storage::Connection&, const std::string& pod_id, base::Micros now);

}  // namespace tricircle::engine
