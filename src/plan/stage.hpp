// Time and threads of a rehearsal: one thread, and a clock that stands until the next thing is to come. Owned by one
// rehearsal, on its thread.
#pragma once
#include "base/clock.hpp"
#include "base/simulation.hpp"

#include <functional>
#include <map>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace tricircle::plan {

class Stage final : public base::Simulation, public base::Clock {
 public:
  explicit Stage(base::Micros now) : now_(now) {}

  base::Micros now() const override { return now_; }
  base::Micros monotonic() const override { return now_; }
  void later(base::Micros after, std::function<void()> what) override;
  base::Micros hop() override { return 1; }

  // Lets coroutines of this context run on, and then what comes next. False: nothing is to come.
  bool step(boost::asio::io_context&);
  // Nothing is to come within so long.
  bool quiet_for(base::Micros) const;
  void forget_all();  // what was to come never comes

 private:
  base::Micros now_;
  std::uint64_t numbers_ = 0;
  std::map<std::pair<base::Micros, std::uint64_t>, std::function<void()>> to_come_;
};

}  // namespace tricircle::plan
