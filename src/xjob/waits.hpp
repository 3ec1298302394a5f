// Callers that wait until a change has gone on. While there are any, the changes that they wait for are read together
// every few milliseconds, by whatever process the pods' answers were recorded. Made by app, shared by its API; any
// thread.
#pragma once
#include "base/clock.hpp"
#include "base/runtime.hpp"
#include "storage/database.hpp"
#include "xjob/changes.hpp"

#include <functional>
#include <memory>
#include <string>

namespace tricircle::xjob {

class Waits {
 public:
  Waits(base::Runtime&, storage::Database&, const base::Clock&);
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;

  // Calls done() once: when the change is no longer where `seen` says, or when the monotonic clock shows `until`. False
  // and no call: too many wait already.
  bool until_it_goes_on(const std::string& change_id, const Step& seen, base::Micros until, std::function<void()> done);

 private:
  struct State;
  static base::Awaitable<void> look(std::shared_ptr<State>);
  std::shared_ptr<State> state_;
};

}  // namespace tricircle::xjob
