// A write that a coroutine awaits: no thread waits for its COMMIT, so that as many runs as there are may be recorded
// together. Used on the io thread.
#pragma once
#include "base/runtime.hpp"
#include "storage/database.hpp"

namespace tricircle::engine {

// Database::write() for a coroutine: resumes after the COMMIT, or throws what `work` threw. `work` runs on the
// writer's thread while the coroutine stands still, so that it may refer to the coroutine's own.
base::Awaitable<void> write(base::Runtime&, storage::Database&, storage::Database::Work work);

}  // namespace tricircle::engine
