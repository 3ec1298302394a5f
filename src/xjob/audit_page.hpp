// One page of an audit: what the pod shows of the objects on it, against what our rows tell.
#pragma once
#include "xjob/audited.hpp"
#include "xjob/context.hpp"
#include "xjob/drift.hpp"

#include <string>
#include <vector>

namespace tricircle::xjob {

struct FoundDrift {
  Audited object;
  Drift drift;
};
struct PageSeen {
  std::vector<FoundDrift> drifts;
  std::vector<Audited> right_again;  // had drifted, and somebody has put it right
  std::int64_t calls = 0;
};

// Lists the objects of the page (all of one kind, none empty), and asks for each that the list lacks. Throws RunFailed
// when the pod did not list them, or said of one neither what it is nor that it is gone.
base::Awaitable<PageSeen> see_page(Context&, remote::PodNeutron&, std::vector<Audited> page);

// Keeps what was found of objects that have been left alone since our rows were read (anything else may be our own
// doing) and wakes their lanes where there is something to do. Returns how many drifts were news. Inside the caller's
// transaction.
std::int64_t keep_findings(Connection&, const PageSeen&, const std::string& region, base::Micros now);

}  // namespace tricircle::xjob
