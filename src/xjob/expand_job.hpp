// The run of a parent job: one child for each pod that has what it is about, in batches from a stored cursor, so that a
// kill in the middle goes on where it was.
#pragma once
#include "xjob/context.hpp"

namespace tricircle::xjob {

// What a job is about: a network or port in the pods with its routing, or a policy in the pods with its copy.
struct Subject {
  std::string type;
  std::string id;
};
Subject subject_of(const std::string& job_type, const boost::json::object& resource);

base::Awaitable<void> run_expand(Context&, engine::Lane);

}  // namespace tricircle::xjob
