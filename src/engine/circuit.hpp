// Circuits: a pod that did not answer is left alone until a probe gets an answer, one that asked for it until the time
// that it named. Rows of table circuits that every process reads. Inside the caller's transaction. (open_circuit and
// circuit_open: worker.hpp.)
#pragma once
#include "engine/worker.hpp"

#include <vector>

namespace tricircle::engine {

struct DueProbe {
  std::string pod_id;
  base::Micros probe_at = 0;
  std::int64_t failures = 0;
};

std::vector<DueProbe> due_probes(storage::Connection&, base::Micros now);
// Of several workers one gets the probe; it comes again, later each time, until the circuit is closed.
bool take_probe(storage::Connection&, const DueProbe&, base::Micros now, const Options&);
void close_circuit(storage::Connection&, const std::string& pod_id, base::Micros now);

// The pod has asked to be left alone until then (or until a later time that it has named before), whoever wishes what.
// Nothing is probed: the time passes, and its lanes are claimed again.
void leave_alone(storage::Connection&, const std::string& pod_id, base::Micros until, const std::string& words,
                 base::Micros now);

}  // namespace tricircle::engine
