#include "engine/write.hpp"

namespace tricircle::engine {

base::Awaitable<void> write(base::Runtime& runtime, storage::Database& database, storage::Database::Work work) {
  co_await runtime.ended([&](base::Runtime::Done done) { database.write_later(std::move(work), std::move(done)); });
}

}  // namespace tricircle::engine
