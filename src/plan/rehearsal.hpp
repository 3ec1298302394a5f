// The jobs of an edit run as they will be, by XJob's own engine and runs, over a copy of the rows that they look at and
// against pods that take everything: what they would call. No call is made and nothing outside is written. Any thread.
#pragma once
#include "base/clock.hpp"
#include "plan/scratch_store.hpp"
#include "plan/willing_pods.hpp"
#include "xjob/context.hpp"

#include <map>
#include <string>
#include <vector>

namespace tricircle::plan {

struct Rehearsed {
  std::map<std::string, std::vector<Call>> calls;  // by pod, in the order in which they are made there
  std::map<std::string, std::set<std::string>>
      unknown;  // networks by pod that a run asked about, and took for physical
};

// `store` has the rows with the edit made, and afterwards as the
// runs leave them. What is paused is played as if it went on, and a pod that is silent as if it answered. Throws
// base::Error (unprocessable) when the jobs come to no end.
Rehearsed rehearse(ScratchStore& store, const xjob::Upkeep& upkeep, base::Micros now);

}  // namespace tricircle::plan
