// What the engine is given to do: jobs of lanes with random ids, as the centre makes them, spread over pods.
#pragma once
#include "storage/database.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace tricircle::bench {

// One job in a lane of its own.
void add(storage::Connection&, const std::string& pod_id, const std::string& object_id);

// An empty store gets `jobs` due lanes over `pods` pods; each job is a durable transaction of its own, from many
// threads. Returns jobs/s.
double fill(const std::string& connection, std::int64_t jobs, int pods);

// Nothing answers in the pods that fill() has used.
void open_all_circuits(storage::Database&, int pods);

bool all_done(storage::Database&);  // no lane is due or held
// The reason why a store is not that of `jobs` jobs that have each been run once; empty = it is.
std::string mistake_in(storage::Database&, std::int64_t jobs);

// What fill() has left is kept beside the tables, to be there again for every measurement.
void keep(storage::Database&);
void put_back(storage::Database&);

}  // namespace tricircle::bench
