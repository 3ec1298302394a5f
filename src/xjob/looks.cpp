#include "xjob/looks.hpp"

namespace tricircle::xjob {
namespace {

void look_once(const Looks::Look& look, Snapshot& now, std::exception_ptr& error) {
  error = nullptr;
  try {
    look(now);
  } catch (const storage::DbError&) {
    throw;  // of all of them
  } catch (...) {
    error = std::current_exception();
  }
}

}  // namespace

std::shared_ptr<const CentralPolicy> Snapshot::policy(const std::string& id) {
  const auto [at, is_new] = policies_.try_emplace(id);
  if (is_new) {
    if (std::optional<CentralPolicy> found = find_central_policy(db, id))
      at->second = std::make_shared<const CentralPolicy>(*std::move(found));
  }
  return at->second;
}

base::Awaitable<void> Looks::look(Look look) {
  co_await runtime_.ended([&](base::Runtime::Done done) { add(std::move(look), std::move(done)); });
}

void Looks::add(Look look, base::Runtime::Done done) {
  {
    const std::lock_guard guard(mutex_);
    waiting_.push_back({std::move(look), std::move(done), nullptr});
    if (std::exchange(answering_, true)) return;
  }
  runtime_.post([this] { answer_all(); });
}

void Looks::answer_all() noexcept {
  std::vector<Asked> group;
  for (;;) {
    {
      const std::lock_guard guard(mutex_);
      if (waiting_.empty()) {
        answering_ = false;
        return;
      }
      group.swap(waiting_);
    }
    answer(group);
    for (Asked& asked : group) asked.done(std::move(asked.error));
    group.clear();
  }
}

void Looks::answer(std::vector<Asked>& group) {
  try {
    database_.read([&](storage::Connection& db) {
      Snapshot now(db);
      for (Asked& asked : group) look_once(asked.look, now, asked.error);
    });
  } catch (const std::exception& error) {
    // An exception for each: who is given one destroys it.
    for (Asked& asked : group) asked.error = std::make_exception_ptr(storage::DbError(error.what()));
  }
}

}  // namespace tricircle::xjob
