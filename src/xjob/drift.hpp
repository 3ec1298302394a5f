// What somebody has changed in a pod by hand: told in words, kept in rows of table drifts, shown as the state `drifted`
// of a copy or binding. A run that finds its object in that state reads before it acts. Inside the caller's
// transaction, but for drift_of; throw what the connection throws.
#pragma once
#include "xjob/copies.hpp"

#include <string>

namespace tricircle::xjob {

// A policy's answer to drift: put it right (the default), or only show it.
inline constexpr char kEnforce[] = "enforce";
inline constexpr char kReport[] = "report";

// How the pod's policy differs from what it has confirmed to us; '' = in nothing. `shown` is its JSON as the pod gave
// it, rules included. Pure.
std::string drift_of(const Copy& confirmed, const domain::Record& shown);

struct Drift {
  engine::LaneKey object;
  std::string local_id;
  std::string policy_id;  // central id of the policy concerned; '' = not known
  std::string project_id;
  std::string found;     // in words
  std::string pod_says;  // the pod's own record of its last change, if it has one
  std::string on_drift = kEnforce;
};

// Keeps what was found, unless that is known already, and marks the copy or binding. False: it was known.
bool note_drift(Connection&, const Drift&, base::Micros now);
// The object is right again.
void end_drifts(Connection&, const engine::LaneKey&, base::Micros now);
// Those of objects that are gone, or that were wished anew meanwhile.
void end_stale_drifts(Connection&, const std::string& pod_id, base::Micros now);
// Those that ended before `before`.
void forget_old_drifts(Connection&, const std::string& pod_id, base::Micros before);

}  // namespace tricircle::xjob
