#include "plan/stage.hpp"

#include <utility>

namespace tricircle::plan {

void Stage::later(base::Micros after, std::function<void()> what) {
  to_come_.emplace(std::pair{now_ + after, ++numbers_}, std::move(what));
}

bool Stage::step(boost::asio::io_context& io) {
  io.restart();
  io.poll();
  if (to_come_.empty()) return false;
  auto next = to_come_.extract(to_come_.begin());
  now_ = next.key().first;
  next.mapped()();
  io.restart();
  io.poll();
  return true;
}

void Stage::forget_all() {
  // Taken out first: what they hold may put something there as it goes.
  while (!to_come_.empty()) std::exchange(to_come_, {});
}

bool Stage::quiet_for(base::Micros so_long) const {
  return to_come_.empty() || to_come_.begin()->first.first > now_ + so_long;
}

}  // namespace tricircle::plan
