// Claiming due lanes, and what follows a run that failed. Inside the caller's transaction unless said otherwise.
#pragma once
#include "engine/worker.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace tricircle::engine {

// How many runs a worker may begin.
struct Room {
  std::size_t in_all;
  std::size_t per_pod;
  std::map<std::string, std::size_t> taken;         // of `per_pod`, by runs under way
  std::size_t in(const std::string& pod_id) const;  // '' is no pod: only `in_all` bounds it
};

struct Candidate {
  std::int64_t id;
  LaneKey key;
};

// What might be claimed now: due, held by nobody, not paused, in a pod whose circuit is closed, which has not asked to
// be left alone and has room. For a reading transaction: nothing is due most of the time, and then nothing is written.
// By priority, of one priority what is due longest; but see turn_of.
std::vector<Candidate> due_lanes(storage::Connection&, base::Micros now, Room, std::uint64_t turn = 0);

// Whose turn it is: so that nothing waits for ever, every fourth lane that a worker claims is first looked for among
// the normal ones, and every sixteenth among upkeep. `turn` counts what the worker has claimed.
std::array<Priority, 3> turn_of(std::uint64_t turn);

// Takes those of them that are still free; their open jobs are shown as RUNNING from now on (view shown_jobs; a parent
// is RUNNING when it is expanded). None for a worker that has ended or was declared dead: nobody would ever end its
// leases.
std::vector<Lane> claim(storage::Connection&, const std::vector<Candidate>&, const std::string& worker,
                        base::Micros now);

// The run failed: the lane comes again after a backoff, its jobs wait with the words of the failure; a silent pod's
// circuit opens, and one that asked for it is left alone. Throws LeaseLost.
void put_back(storage::Connection&, const Lane&, const RunFailed&, base::Micros now, const Options&);

// Ends all leases of a worker that is gone: its lanes are due and uncertain, for a call of its may still be under way.
void end_leases(storage::Connection&, const std::string& worker, base::Micros now, const Options&);

base::Micros backoff(std::int64_t attempts, base::Micros first, base::Micros longest);  // with jitter: 3/4 to 5/4

}  // namespace tricircle::engine
