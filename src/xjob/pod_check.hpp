// Is a region's Neutron one in which policies can be kept true, and if not, what is missing there: asked for by an
// operator who adds a region, and again at intervals from then on. A lane ("", check, pod), of no pod so that a silent
// one is looked at too; one whose URL follows Keystone's catalogue is looked up there each time.
#pragma once
#include "xjob/context.hpp"

#include <string>
#include <vector>

namespace tricircle::xjob {

inline constexpr char kCheckLane[] = "check";
inline constexpr base::Micros kCheckAgain = 3'600 * base::kSecond;

struct PodProblem {
  bool fatal = false;  // nothing can be kept true there; otherwise only less
  std::string words;   // one sentence
};

// The pod must be there. Inside the caller's transaction.
void ask_for_pod_check(storage::Connection&, const std::string& pod_id, base::Micros now);
// The pod has another URL: it may answer where the old one did not, and what the old one asked for (Retry-After) is not
// its wish.
void expect_answers_at_once(storage::Connection&, const std::string& pod_id, base::Micros now);
void forget_pod_check(storage::Connection&, const std::string& pod_id);  // of a pod that goes

// What it finds goes into table pod_checks; a pod that does not answer is a finding.
base::Awaitable<void> run_pod_check(Context&, engine::Lane);

}  // namespace tricircle::xjob
