// What an edit that was not made would do in the pods: calls, whom they concern, what would be refused, and traps that
// the pod itself does not warn of. Any thread. Throw base::Error (unprocessable), and what the connection throws.
#pragma once
#include "base/clock.hpp"
#include "plan/subjects.hpp"
#include "plan/willing_pods.hpp"
#include "xjob/context.hpp"

#include <string>
#include <vector>

namespace tricircle::plan {

struct Touched {
  std::string type;  // network, port
  std::string central_id;
  std::string local_id;
  std::string project_id;
};

struct PodPlan {
  std::string pod_id;
  std::string region_name;
  std::string state;  // answers, silent, paused, leaving: when the calls are made
  std::string why;    // it is silent, in the words of the last call
  std::vector<Call> calls;
  std::vector<Touched> touched;       // bear the policy there when all is done, or are what the edit is about
  std::vector<std::string> refusals;  // what is not going to be there, and why
  std::vector<std::string> warnings;  // one sentence each
};

struct Plan {
  std::string fingerprint;
  std::vector<PodPlan> pods;  // by region; those that have what the edit is about
};

// What plans are made from, read in the transaction of the edit with its change's id.
struct Facts {
  Subjects subjects;
  std::vector<Table> rows;
};
Facts facts_of(storage::Connection&, const std::string& change_id);

// `upkeep`: as XJob has it, for what it would do by itself on the way.
Plan make_plan(const Facts&, const xjob::Upkeep& upkeep, base::Micros now);

}  // namespace tricircle::plan
