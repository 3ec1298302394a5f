// The run of a parent job: one child for each pod that has what it is about, in batches from a stored cursor, so that a
// kill in the middle goes on where it was.
#pragma once
#include "xjob/context.hpp"

namespace tricircle::xjob {

base::Awaitable<void> run_expand(Context&, engine::Lane);

}  // namespace tricircle::xjob
